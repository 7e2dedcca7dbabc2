import { log } from "@/server/platform/log";
import { StorageReadError } from "@/server/platform/storage/blob-storage";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { findCandidates } from "./find-candidates";
import { saveUnused } from "./gc.store";
import { markPolicy } from "./mark-policy";
import { registryReferences } from "./reference-cache";
import { scanStorage } from "./scan-storage";

/**
 * Measures what a collection would free now, untagged manifests included, and writes it to the registry: blobs that no manifest
 * names, manifests that nothing keeps, and the bytes of both. Nothing is locked, so it is an estimate while images are pushed or
 * moved. A storage that cannot be reached or read leaves the earlier numbers.
 */
export async function measureUnused(registryId: string, signal: AbortSignal): Promise<void> {
  const open = await openRegistryById(registryId);
  if (!open?.storage) return;
  try {
    const cache = registryReferences(registryId, open.storage);
    const scan = await scanStorage(open.storage, { cache, withLinkTimes: false, signal });
    const everything = await findCandidates(open.storage, scan, await markPolicy(registryId, true, null), signal);
    const blobsOf = ({ candidates }: typeof everything) => candidates.filter(({ kind }) => kind === "blob");
    const bytesOf = (found: typeof everything) => blobsOf(found).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const unreferenced = await findCandidates(open.storage, scan, await markPolicy(registryId, false, null), signal);
    await saveUnused(registryId, {
      blobCount: blobsOf(unreferenced).length,
      blobBytes: bytesOf(unreferenced),
      sizeBytes: bytesOf(everything),
      untaggedManifestCount: everything.candidates.filter(({ kind }) => kind === "revision").length,
    });
  } catch (error) {
    if (!(error instanceof StorageReadError)) throw error;
    log.warn({ registryId, message: error.message }, "unused data could not be measured");
  }
}
