// Where the names of other systems lead: by what a person may see, never by ids.
import { prisma } from "@/server/platform/db/prisma";

/** Spaces of somebody's own workspaces with this prefix that have this repository. */
export function findRepositoryPlaces(
  userId: string,
  prefix: string,
  repositoryName: string,
): Promise<{ spaceId: string; workspaceId: string; repositoryId: string }[]> {
  return prisma().$queryRaw`
    SELECT s.id AS "spaceId", s.workspace_id AS "workspaceId", r.id AS "repositoryId"
    FROM spaces s JOIN members m ON m.workspace_id = s.workspace_id AND m.user_id = ${userId}
    JOIN repositories r ON r.space_id = s.id AND r.workspace_id = s.workspace_id AND r.name = ${repositoryName}
    WHERE s.prefix = ${prefix} AND s.removed_at IS NULL`;
}

/** The digest that a tag or digest of a repository stands for; null where the inventory has neither. */
export async function findDigest(repositoryId: string, reference: string): Promise<string | null> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT digest FROM repository_manifests WHERE repository_id = ${repositoryId} AND digest = ${reference}
    UNION ALL SELECT digest FROM tags WHERE repository_id = ${repositoryId} AND name = ${reference} LIMIT 1`;
  return rows[0]?.digest ?? null;
}
