// What is around some manifests of a repository, read without reading the repository.
import { prisma } from "@/server/platform/db/prisma";
import type { FactRow } from "./facts.store";

/** The repository of a space by name; null where the inventory has none. */
export async function findFactsRepository(
  workspaceId: string,
  spaceId: string,
  name: string,
): Promise<{ id: string; registryId: string } | null> {
  const rows = await prisma().$queryRaw<{ id: string; registryId: string }[]>`
    SELECT id, registry_id AS "registryId" FROM repositories
    WHERE space_id = ${spaceId} AND workspace_id = ${workspaceId} AND name = ${name}`;
  return rows[0] ?? null;
}

/** tag → digest as the inventory has it. */
export async function readTagTargets(repositoryId: string): Promise<Map<string, string>> {
  const rows = await prisma().$queryRaw<{ name: string; digest: string }[]>`
    SELECT name, digest FROM tags WHERE repository_id = ${repositoryId}`;
  return new Map(rows.map((row) => [row.name, row.digest]));
}

/**
 * These digests and everything that hangs together with them over any number of steps: what lists, is listed, refers and is referred
 * to, by field or fallback tag. Digests that the repository does not hold may be among them.
 */
export async function readComponent(
  repository: { id: string; registryId: string },
  digests: readonly string[],
): Promise<string[]> {
  const { id, registryId } = repository;
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    WITH RECURSIVE part AS (
      SELECT DISTINCT digest FROM unnest(${[...digests]}::text[]) AS given(digest)
      UNION
      SELECT next.digest FROM part CROSS JOIN LATERAL (
        SELECT ref.digest FROM manifest_references ref
          WHERE ref.registry_id = ${registryId} AND ref.manifest_digest = part.digest AND ref.role = 'child'
        UNION ALL
        SELECT rm.digest FROM manifest_references ref
          JOIN repository_manifests rm ON rm.repository_id = ${id} AND rm.digest = ref.manifest_digest
          WHERE ref.registry_id = ${registryId} AND ref.digest = part.digest AND ref.role = 'child'
        UNION ALL
        SELECT m.subject_digest FROM manifests m
          WHERE m.registry_id = ${registryId} AND m.digest = part.digest AND m.subject_digest IS NOT NULL
        UNION ALL
        SELECT rm.digest FROM manifests m
          JOIN repository_manifests rm ON rm.repository_id = ${id} AND rm.digest = m.digest
          WHERE m.registry_id = ${registryId} AND m.subject_digest = part.digest
        UNION ALL
        SELECT t.subject_digest FROM tags t
          WHERE t.repository_id = ${id} AND t.digest = part.digest AND t.subject_digest IS NOT NULL
        UNION ALL
        SELECT t.digest FROM tags t WHERE t.repository_id = ${id} AND t.subject_digest = part.digest
      ) next
    )
    SELECT digest FROM part`;
  return rows.map((row) => row.digest);
}

/** Of a repository, one image outside of these digests, and one manifest that cannot be understood: what they mean for others is all that counts. */
export async function readBystanders(
  repository: { id: string; registryId: string },
  component: readonly string[],
): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    (SELECT i.digest FROM images i WHERE i.repository_id = ${repository.id} AND i.digest <> ALL(${[...component]}) LIMIT 1)
    UNION
    (SELECT m.digest FROM manifests m
      WHERE m.registry_id = ${repository.registryId} AND (m.unreadable_reason IS NOT NULL OR m.kind = 'unknown')
        AND EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.repository_id = ${repository.id} AND rm.digest = m.digest)
      ORDER BY m.digest LIMIT 1)`;
  return rows.map((row) => row.digest);
}

/** Those of the digests that the repository holds. */
export function readFactRowsOf(repositoryId: string, digests: readonly string[]): Promise<FactRow[]> {
  return prisma().$queryRaw<FactRow[]>`
    SELECT r.name AS "repositoryName", rm.digest, m.media_type AS "mediaType", m.kind, m.artifact_type AS "artifactType",
      m.subject_digest AS subject, m.size_bytes AS "manifestBytes", rm.pushed_at AS "pushedAt", rm.pushed_at_source AS "pushedAtSource",
      rm.last_pulled_at AS "lastPulledAt",
      m.image_created_at AS "imageCreatedAt", rm.untagged_since AS "untaggedSince", m.unreadable_reason IS NOT NULL AS "isUnreadable",
      coalesce((SELECT jsonb_agg(jsonb_build_object('name', t.name, 'pushedAt', t.pushed_at, 'pushedAtSource', t.pushed_at_source) ORDER BY t.name)
        FROM tags t WHERE t.repository_id = rm.repository_id AND t.digest = rm.digest), '[]'::jsonb) AS tags
    FROM repositories r JOIN repository_manifests rm ON rm.repository_id = r.id
    JOIN manifests m ON m.registry_id = rm.registry_id AND m.digest = rm.digest
    WHERE r.id = ${repositoryId} AND rm.digest = ANY(${[...digests]})
    ORDER BY rm.digest`;
}

/** What these manifests list. */
export function readChildren(
  registryId: string,
  digests: readonly string[],
): Promise<{ manifestDigest: string; digest: string }[]> {
  return prisma().$queryRaw`
    SELECT manifest_digest AS "manifestDigest", digest FROM manifest_references
    WHERE registry_id = ${registryId} AND manifest_digest = ANY(${[...digests]}) AND role = 'child' AND NOT is_foreign
    ORDER BY manifest_digest, ordinal`;
}
