import { escapeLike } from "@/lib/like";
import { prisma } from "@/server/platform/db/prisma";

export interface RepositoryNumbers {
  id: string;
  name: string;
  imageCount: number;
  tagCount: number;
  untaggedCount: number;
  storedBytes: number;
  lastPushedAt: Date | null;
}

/** Repositories of a space after a name, with counts; each blob of a repository is counted once. */
export async function listRepositoryRows(input: {
  workspaceId: string;
  spaceId: string;
  search?: string | undefined;
  afterName: string;
  limit: number;
}): Promise<RepositoryNumbers[]> {
  const pattern = `%${escapeLike(input.search ?? "")}%`;
  const rows = await prisma().$queryRaw<(Omit<RepositoryNumbers, "storedBytes"> & { storedBytes: bigint })[]>`
    WITH page AS (
      SELECT r.id, r.registry_id, r.name FROM repositories r
      WHERE r.space_id = ${input.spaceId} AND r.workspace_id = ${input.workspaceId} AND r.name ILIKE ${pattern} AND r.name > ${input.afterName}
        AND EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.repository_id = r.id)
      ORDER BY r.name LIMIT ${input.limit}
    ),
    held AS (
      SELECT p.id AS repository_id, rm.registry_id, rm.digest, rm.pushed_at, m.size_bytes, m.subject_digest,
        EXISTS (SELECT 1 FROM tags t WHERE t.repository_id = p.id AND t.digest = rm.digest) AS is_tagged
      FROM page p JOIN repository_manifests rm ON rm.repository_id = p.id
      JOIN manifests m ON m.registry_id = rm.registry_id AND m.digest = rm.digest
    ),
    child AS (
      SELECT DISTINCT h.repository_id, ref.digest FROM held h
      JOIN manifest_references ref ON ref.registry_id = h.registry_id AND ref.manifest_digest = h.digest AND ref.role = 'child'
    ),
    blob AS (
      SELECT h.repository_id, ref.digest, max(ref.size_bytes) AS bytes FROM held h
      JOIN manifest_references ref ON ref.registry_id = h.registry_id AND ref.manifest_digest = h.digest
        AND ref.role IN ('config', 'layer') AND NOT ref.is_foreign
      GROUP BY 1, 2
    ),
    top AS (
      SELECT h.* FROM held h
      WHERE h.subject_digest IS NULL AND (h.is_tagged OR NOT EXISTS (SELECT 1 FROM child c WHERE c.repository_id = h.repository_id AND c.digest = h.digest))
        AND NOT EXISTS (SELECT 1 FROM tags f WHERE f.repository_id = h.repository_id AND f.digest = h.digest AND f.name ~ '^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$')
    )
    SELECT p.id, p.name,
      (SELECT count(*)::int FROM top t WHERE t.repository_id = p.id) AS "imageCount",
      (SELECT count(*)::int FROM tags t WHERE t.repository_id = p.id) AS "tagCount",
      (SELECT count(*)::int FROM top t WHERE t.repository_id = p.id AND NOT t.is_tagged) AS "untaggedCount",
      (coalesce((SELECT sum(b.bytes) FROM blob b WHERE b.repository_id = p.id), 0)
        + coalesce((SELECT sum(h.size_bytes) FROM held h WHERE h.repository_id = p.id), 0))::bigint AS "storedBytes",
      (SELECT max(h.pushed_at) FROM held h WHERE h.repository_id = p.id) AS "lastPushedAt"
    FROM page p ORDER BY p.name`;
  return rows.map((row) => ({ ...row, storedBytes: Number(row.storedBytes) }));
}

export async function countRepositories(input: {
  workspaceId: string;
  spaceId: string;
  search?: string | undefined;
}): Promise<number> {
  const { workspaceId, spaceId, search } = input;
  return prisma().repository.count({
    where: {
      workspaceId,
      spaceId,
      manifests: { some: {} },
      // Prisma makes a LIKE pattern of it as it is.
      ...(search ? { name: { contains: escapeLike(search), mode: "insensitive" } } : {}),
    },
  });
}
