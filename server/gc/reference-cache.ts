import { keepManifests, loadManifestReferences } from "@/server/images/manifest-references";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import type { ReferenceCache } from "./scan-storage";

const LARGEST_CONFIG_BYTES = 8 * 1024 * 1024;

/** What PostgreSQL knows of a registry's manifests, by digest; what a scan reads besides is kept there. */
export function registryReferences(registryId: string, storage: BlobStorage): ReferenceCache {
  return {
    load: (digests) => loadManifestReferences(registryId, digests),
    save: (found) =>
      keepManifests(registryId, found, async (digest) => {
        const config = await storage.readBlob(digest, { maxBytes: LARGEST_CONFIG_BYTES });
        return config.state === "read" ? config.body : null;
      }),
  };
}
