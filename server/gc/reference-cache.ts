import { loadManifestReferences } from "@/server/images/manifest-references";
import { loadReferencePacks, replaceReferencePacks } from "./reference-pack.store";
import type { ReferenceCache } from "./scan-storage";

/** What PostgreSQL knows of a registry's manifests; what a scan reads besides is kept there. */
export function registryReferences(registryId: string): ReferenceCache {
  return {
    loadPacks: (signal) => loadReferencePacks(registryId, signal),
    replacePacks: (dropped, added, signal) => replaceReferencePacks(registryId, dropped, added, signal),
    lookUp: (digests) => loadManifestReferences(registryId, digests),
  };
}
