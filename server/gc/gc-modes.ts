import type { GcStatusDto } from "@/contracts/gc";
import { collectionModes } from "@/server/registries/collection-modes";
import type { RegistryRecord } from "@/server/registries/registry.store";
import { registryCapabilities } from "@/server/registries/registry-capabilities";

/** How a registry could be collected, enabled or not: not at all where the console does not reach its storage. */
export function gcModes(registry: RegistryRecord): GcStatusDto["modes"] {
  const { untaggedManifests: storage } = registryCapabilities(registry);
  return storage.isAvailable ? collectionModes(registry) : { read_only: storage, online: storage };
}
