import { prisma } from "@/server/platform/db/prisma";

/** Blobs (and manifests) of a space that another space of its registry or an entry in the bin holds too: purging frees none of them. */
export async function listBlobsHeldElsewhere(registryId: string, spaceId: string): Promise<Set<string>> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    WITH outside AS (
      SELECT rm.digest FROM repository_manifests rm JOIN repositories r ON r.id = rm.repository_id
        WHERE rm.registry_id = ${registryId} AND r.space_id <> ${spaceId}
      UNION
      SELECT bm.digest FROM bin_entry_manifests bm JOIN bin_entries e ON e.id = bm.entry_id
        WHERE e.registry_id = ${registryId} AND e.state IN ('recycling', 'held', 'restoring', 'purging')
    )
    SELECT digest FROM outside
    UNION
    SELECT ref.digest FROM manifest_references ref JOIN outside ON outside.digest = ref.manifest_digest
      WHERE ref.registry_id = ${registryId} AND ref.role IN ('config', 'layer')`;
  return new Set(rows.map((row) => row.digest));
}

/** Of these digests, blobs or manifests, those that something outside these repositories holds: another repository of the registry, or a bin. */
export async function listHeldOutside(
  registryId: string,
  repositoryNames: readonly string[],
  digests: readonly string[],
): Promise<Set<string>> {
  const names = [...repositoryNames];
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT asked.digest FROM unnest(${[...digests]}::text[]) AS asked(digest)
    WHERE EXISTS (
        SELECT 1 FROM repository_manifests rm JOIN repositories r ON r.id = rm.repository_id
        WHERE rm.registry_id = ${registryId} AND rm.digest = asked.digest AND r.name <> ALL(${names}))
      OR EXISTS (
        SELECT 1 FROM manifest_references ref
        JOIN repository_manifests rm ON rm.registry_id = ref.registry_id AND rm.digest = ref.manifest_digest
        JOIN repositories r ON r.id = rm.repository_id
        WHERE ref.registry_id = ${registryId} AND ref.digest = asked.digest AND ref.role IN ('config', 'layer') AND r.name <> ALL(${names}))
      OR EXISTS (
        SELECT 1 FROM bin_entry_manifests bm JOIN bin_entries e ON e.id = bm.entry_id
        WHERE bm.digest = asked.digest AND e.registry_id = ${registryId} AND e.state IN ('recycling', 'held', 'restoring', 'purging'))
      OR EXISTS (
        SELECT 1 FROM manifest_references ref JOIN bin_entry_manifests bm ON bm.digest = ref.manifest_digest
        JOIN bin_entries e ON e.id = bm.entry_id
        WHERE ref.registry_id = ${registryId} AND ref.digest = asked.digest AND ref.role IN ('config', 'layer')
          AND e.registry_id = ${registryId} AND e.state IN ('recycling', 'held', 'restoring', 'purging'))`;
  return new Set(rows.map((row) => row.digest));
}

/** Of these digests, those that a repository of the registry other than these has as manifests. */
export async function listManifestsOutside(
  registryId: string,
  repositoryNames: readonly string[],
  digests: readonly string[],
): Promise<Set<string>> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT DISTINCT rm.digest FROM repository_manifests rm JOIN repositories r ON r.id = rm.repository_id
    WHERE rm.registry_id = ${registryId} AND rm.digest = ANY(${[...digests]}) AND r.name <> ALL(${[...repositoryNames]})`;
  return new Set(rows.map((row) => row.digest));
}

/** Digests that another space of the registry has as manifests: a referrer here may belong to one of them. */
export async function listDigestsElsewhere(registryId: string, spaceId: string): Promise<Set<string>> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT DISTINCT rm.digest FROM repository_manifests rm JOIN repositories r ON r.id = rm.repository_id
    WHERE rm.registry_id = ${registryId} AND r.space_id <> ${spaceId}`;
  return new Set(rows.map((row) => row.digest));
}

/** Of these images of a space, those that were pushed, or that we first saw, at a time or later: `repository@digest`. */
export async function listSince(
  spaceId: string,
  images: readonly { repositoryName: string; digest: string }[],
  since: string,
): Promise<Set<string>> {
  const rows = await prisma().$queryRaw<{ key: string }[]>`
    SELECT r.name || '@' || rm.digest AS key
    FROM unnest(${images.map((image) => image.repositoryName)}::text[], ${images.map((image) => image.digest)}::text[]) AS named(name, digest)
    JOIN repositories r ON r.space_id = ${spaceId} AND r.name = named.name
    JOIN repository_manifests rm ON rm.repository_id = r.id AND rm.digest = named.digest
    WHERE rm.first_seen_at >= ${since}::timestamptz OR rm.pushed_at > ${since}::timestamptz`;
  return new Set(rows.map((row) => row.key));
}

/** Tags that a planned run would take, those of images that stay and those of what a limit leaves out too, and all tags in its plan. */
export async function countTags(runId: string): Promise<{ tags: number; tagsTotal: number }> {
  const rows = await prisma().$queryRaw<{ tags: number; tagsTotal: number }[]>`
    SELECT coalesce(sum(cardinality(CASE action WHEN 'recycle' THEN tags ELSE selected_tags END))
        FILTER (WHERE action IN ('recycle', 'untag') AND state IN ('planned', 'left_out')), 0)::int AS tags,
      coalesce(sum(cardinality(tags)), 0)::int AS "tagsTotal"
    FROM run_items WHERE run_id = ${runId}`;
  return rows[0] ?? { tags: 0, tagsTotal: 0 };
}
