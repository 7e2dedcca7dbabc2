import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import type { ManifestsRead } from "@/server/platform/storage/manifest-reading";
import type { ShardClaim } from "./gc-shard.store";
import { scanSourceOf } from "./scan-source";
import type { ShardHold } from "./shard-hold";
import { encodeManifests, wordsOf } from "./shard-result";

/** Reads the manifests of a shard; answers what they refer to, as bytes. @throws StorageReadError, the hold's signal's reason */
export async function readShard({ input }: ShardClaim, hold: ShardHold, storage: BlobStorage): Promise<Uint8Array> {
  const source = scanSourceOf(storage, { withLinkTimes: false, signal: hold.signal }, []);
  const reads: ManifestsRead[] = [];
  for await (const read of source.manifests(wordsOf(input ?? new Uint8Array(0)), [])) reads.push(read);
  return encodeManifests(reads);
}
