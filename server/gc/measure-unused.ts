import { log } from "@/server/platform/log";
import { type BlobStorage, StorageReadError } from "@/server/platform/storage/blob-storage";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import type { CandidateList } from "./candidate-list";
import { findCandidates, markScan } from "./find-candidates";
import { saveUnused } from "./gc.store";
import { markPolicy } from "./mark-policy";
import { registryReferences } from "./reference-cache";
import { type StorageScan, scanStorage } from "./scan-storage";

/**
 * Measures what a collection would free now, untagged manifests included, and writes it to the registry: blobs that no manifest
 * names, manifests that nothing keeps, and the bytes of both. Nothing is locked, so it is an estimate while images are pushed or
 * moved. A storage that cannot be reached or read leaves the earlier numbers.
 */
export async function measureUnused(registryId: string, signal: AbortSignal): Promise<void> {
  const open = await openRegistryById(registryId);
  if (!open?.storage) return;
  try {
    const cache = registryReferences(registryId);
    const scan = await scanStorage(open.storage, { cache, withLinkTimes: false, withTagHistories: false, signal });
    const { list } = await findCandidates(open.storage, scan, await markPolicy(registryId, true, null), signal);
    const unreferenced = await markScan(scan, await markPolicy(registryId, false, null), signal);
    const { count, bytes } = list.blobsAmong(unreferenced.candidateBlobs);
    await saveUnused(registryId, {
      ...{ blobCount: count, blobBytes: bytes, sizeBytes: list.blobBytes, untaggedManifestCount: list.revisionCount },
    });
  } catch (error) {
    if (!(error instanceof StorageReadError)) throw error;
    log.warn({ registryId, message: error.message }, "unused data could not be measured");
  }
}

/**
 * As `measureUnused`, right after a collection that removed all that it had found, blobs too, while nobody could push: from what it saw,
 * without reading everything again. What is left are untagged manifests that it had to leave, and their blobs.
 */
export async function measureLeft(
  registryId: string,
  storage: BlobStorage,
  scan: StorageScan,
  removed: CandidateList,
  signal: AbortSignal,
): Promise<void> {
  const policy = await markPolicy(registryId, true, null);
  const { list } = await findCandidates(storage, scan, policy, signal, { goneSince: removed.blobSet() });
  await saveUnused(registryId, {
    ...{ blobCount: 0, blobBytes: 0, sizeBytes: list.blobBytes },
    untaggedManifestCount: list.revisionCount - removed.revisionCount,
  });
}
