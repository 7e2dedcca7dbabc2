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

/** Digests that another space of the registry has as manifests: a referrer here may belong to one of them. */
export async function listDigestsElsewhere(registryId: string, spaceId: string): Promise<Set<string>> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT DISTINCT rm.digest FROM repository_manifests rm JOIN repositories r ON r.id = rm.repository_id
    WHERE rm.registry_id = ${registryId} AND r.space_id <> ${spaceId}`;
  return new Set(rows.map((row) => row.digest));
}
