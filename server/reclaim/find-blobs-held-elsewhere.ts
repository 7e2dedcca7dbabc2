import type { BlobTable } from "@/domain/reclaim/blob-table";
import type { BulkConnection } from "@/server/platform/db/bulk-connection";
import type { CopiedRow } from "@/server/platform/db/copied-row";
import { copyKeysInBin, copyKeysOfOtherSpaces, countOutside, listHeldByOtherSpaces } from "./held-blobs.store";

/** Up to so many times the space's own images, everything outside is read; beyond that each blob is asked for. */
const OUTSIDE_READ_MAX = 2;
const KEYS_AT_ONCE = 20_000;

/**
 * Blobs, by number, that another space of the registry or an entry of its bin holds too: purging frees none of them. `asked` are those that it
 * matters of.
 */
export async function findBlobsHeldElsewhere(
  db: BulkConnection,
  place: { id: string; registryId: string },
  blobs: BlobTable,
  asked: () => Iterable<number>,
): Promise<(blob: number) => boolean> {
  const held = new Uint8Array(blobs.count);
  const take = (row: CopiedRow) => {
    const key = row.bytes();
    const blob = blobs.find(key.readUInt32BE(4), key.readUInt32BE(0));
    if (blob !== undefined) held[blob] = 1;
  };
  await copyKeysInBin(db, place, take);
  const { images, inside } = await countOutside(db, place);
  // Counts lag behind by nothing that matters: they only choose the cheaper way.
  if (images <= OUTSIDE_READ_MAX * inside) await copyKeysOfOtherSpaces(db, place, take);
  else {
    for (const batch of inBatches(asked())) {
      const keys = batch.map((blob) => keyText(blobs.keyOf(blob)));
      for (const at of await listHeldByOtherSpaces(db, place, keys)) held[batch[at - 1] ?? -1] = 1;
    }
  }
  return (blob) => held[blob] === 1;
}

function* inBatches(all: Iterable<number>): Generator<number[]> {
  let batch: number[] = [];
  for (const one of all) {
    batch.push(one);
    if (batch.length < KEYS_AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** A key as PostgreSQL writes it: signed. */
function keyText({ low, high }: { low: number; high: number }): string {
  return ((BigInt(high | 0) << 32n) | BigInt(low)).toString();
}
