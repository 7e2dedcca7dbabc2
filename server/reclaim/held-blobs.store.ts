// What holds blobs outside a space, by the narrow keys of digests. A manifest is a blob too.
import { type BulkConnection, literal } from "@/server/platform/db/bulk-connection";
import type { CopiedRow } from "@/server/platform/db/copied-row";

interface Place {
  id: string;
  registryId: string;
}

const IN_BIN = "e.state IN ('recycling', 'held', 'restoring', 'purging')";
const IS_BLOB = "ref.role IN ('config', 'layer')";

/** Manifests outside a space, in a bin or in other spaces of its registry: images of these, counted by the inventory, and entries of the bin. */
export async function countOutside(db: BulkConnection, place: Place): Promise<{ images: number; inside: number }> {
  const [row] = await db.query<{ images: number; inside: number }>(
    `SELECT coalesce(sum(image_count) FILTER (WHERE space_id <> $2), 0)::int AS images,
       coalesce(sum(image_count) FILTER (WHERE space_id = $2), 0)::int AS inside
     FROM repositories WHERE registry_id = $1`,
    [place.registryId, place.id],
  );
  return row ?? { images: 0, inside: 0 };
}

/** Copies the key (8 bytes) of everything that the registry's bin holds. Some come more than once. */
export function copyKeysInBin(db: BulkConnection, place: Place, take: (row: CopiedRow) => void): Promise<void> {
  const registryId = literal(place.registryId);
  return db.copyOut(
    `WITH held AS MATERIALIZED (
       SELECT DISTINCT hashtextextended(e.registry_id || bm.digest, 0) AS key FROM bin_entry_manifests bm JOIN bin_entries e ON e.id = bm.entry_id
       WHERE e.registry_id = ${registryId} AND ${IN_BIN}
     )
     SELECT int8send(key) FROM held
     UNION ALL
     SELECT int8send(ref.digest_key) FROM held JOIN manifest_references ref ON ref.manifest_key = held.key AND ${IS_BLOB} AND NOT ref.is_foreign`,
    take,
  );
}

/** Copies the key (8 bytes) of everything that other spaces of the registry hold. Some come more than once. */
export function copyKeysOfOtherSpaces(db: BulkConnection, place: Place, take: (row: CopiedRow) => void): Promise<void> {
  const registryId = literal(place.registryId);
  return db.copyOut(
    `WITH held AS MATERIALIZED (
       SELECT DISTINCT rm.manifest_key AS key FROM repository_manifests rm JOIN repositories r ON r.id = rm.repository_id
       WHERE rm.registry_id = ${registryId} AND r.registry_id = ${registryId} AND r.space_id <> ${literal(place.id)}
     )
     SELECT int8send(key) FROM held
     UNION ALL
     SELECT int8send(ref.digest_key) FROM held JOIN manifest_references ref ON ref.manifest_key = held.key AND ${IS_BLOB} AND NOT ref.is_foreign`,
    take,
  );
}

/** Which of these keys (64 bits, as decimal numbers) other spaces of the registry hold: by their place in the list, from 1. */
export async function listHeldByOtherSpaces(
  db: BulkConnection,
  place: Place,
  keys: readonly string[],
): Promise<number[]> {
  const rows = await db.query<{ at: number }>(
    `SELECT asked.at::int AS at FROM unnest($3::bigint[]) WITH ORDINALITY AS asked(key, at)
     WHERE EXISTS (
         SELECT 1 FROM repository_manifests rm JOIN repositories r ON r.id = rm.repository_id
         WHERE rm.manifest_key = asked.key AND rm.registry_id = $1 AND r.space_id <> $2)
       OR EXISTS (
         SELECT 1 FROM manifest_references ref JOIN repository_manifests rm ON rm.manifest_key = ref.manifest_key
         JOIN repositories r ON r.id = rm.repository_id
         WHERE ref.digest_key = asked.key AND ${IS_BLOB} AND rm.registry_id = $1 AND r.space_id <> $2)`,
    [place.registryId, place.id, `{${keys.join(",")}}`],
  );
  return rows.map((row) => row.at);
}
