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

/** Those of the digests that the repository does not have, as far as the inventory knows. */
export async function readStrangers(repositoryId: string, digests: readonly string[]): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT given.digest FROM unnest(${[...digests]}::text[]) AS given(digest)
    WHERE NOT EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.repository_id = ${repositoryId} AND rm.digest = given.digest)`;
  return rows.map((row) => row.digest);
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

/** A row of facts with what the manifest lists. */
export type NeighbourRow = FactRow & { children: string[] };

/**
 * Those of the digests that the repository holds; with them one image outside of them that is no part of another, and one manifest that
 * cannot be understood: what such mean for the others is all that counts.
 */
export function readNeighbourRows(
  repository: { id: string; registryId: string },
  digests: readonly string[],
): Promise<NeighbourRow[]> {
  const { id, registryId } = repository;
  return prisma().$queryRaw<NeighbourRow[]>`
    WITH wanted AS MATERIALIZED (
      SELECT digest FROM unnest(${[...digests]}::text[]) AS given(digest)
      UNION
      (SELECT i.digest FROM images i WHERE i.repository_id = ${id} AND i.digest <> ALL(${[...digests]})
        -- A part with a tag is browsed as an image too; alone it would seem to be one. OFFSET: asked of one after the other.
        AND NOT EXISTS (SELECT 1 FROM manifest_references ref
          JOIN repository_manifests parent ON parent.repository_id = i.repository_id AND parent.digest = ref.manifest_digest
          WHERE ref.registry_id = ${registryId} AND ref.digest = i.digest AND ref.role = 'child' AND NOT ref.is_foreign OFFSET 0)
        LIMIT 1)
      UNION
      (SELECT m.digest FROM manifests m
        WHERE m.registry_id = ${registryId} AND (m.unreadable_reason IS NOT NULL OR m.kind = 'unknown')
          AND EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.repository_id = ${id} AND rm.digest = m.digest)
        ORDER BY m.digest LIMIT 1)
    )
    SELECT r.name AS "repositoryName", rm.digest, m.media_type AS "mediaType", m.kind, m.artifact_type AS "artifactType",
      m.subject_digest AS subject, m.size_bytes AS "manifestBytes", rm.pushed_at AS "pushedAt", rm.pushed_at_source AS "pushedAtSource",
      rm.last_pulled_at AS "lastPulledAt",
      m.image_created_at AS "imageCreatedAt", rm.untagged_since AS "untaggedSince", m.unreadable_reason IS NOT NULL AS "isUnreadable",
      coalesce((SELECT jsonb_agg(jsonb_build_object('name', t.name, 'pushedAt', t.pushed_at, 'pushedAtSource', t.pushed_at_source) ORDER BY t.name)
        FROM tags t WHERE t.repository_id = rm.repository_id AND t.digest = rm.digest), '[]'::jsonb) AS tags,
      ARRAY(SELECT ref.digest FROM manifest_references ref WHERE ref.registry_id = ${registryId} AND ref.manifest_digest = rm.digest
        AND ref.role = 'child' AND NOT ref.is_foreign ORDER BY ref.ordinal) AS children
    FROM wanted
    CROSS JOIN LATERAL (SELECT * FROM repository_manifests here WHERE here.repository_id = ${id} AND here.digest = wanted.digest LIMIT 1) rm
    CROSS JOIN LATERAL (SELECT * FROM manifests one WHERE one.registry_id = ${registryId} AND one.digest = wanted.digest LIMIT 1) m
    JOIN repositories r ON r.id = rm.repository_id
    ORDER BY rm.digest`;
}

/** Every digest of a repository, where it holds more than these; else none. */
export async function readAllBeyond(repositoryId: string, digests: readonly string[]): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT digest FROM repository_manifests WHERE repository_id = ${repositoryId} AND EXISTS (
      SELECT 1 FROM repository_manifests other WHERE other.repository_id = ${repositoryId} AND other.digest <> ALL(${[...digests]}))`;
  return rows.map((row) => row.digest);
}
