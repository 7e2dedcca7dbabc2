import type { RegistryDto } from "@/contracts/registries";
import { collectionModes } from "./collection-modes";
import { hasStorage } from "./open-storage";
import type { RegistryRecord } from "./registry.store";
import { isInstalledRegistry } from "./registry-connection";

type Capabilities = RegistryDto["capabilities"];
const YES = { isAvailable: true, reason: null };
const no = (reason: string) => ({ isAvailable: false, reason });

/** What a registry can do, as far as its record says, without asking it: a list must not wait for a registry that is down. */
export function registryCapabilities(registry: RegistryRecord): Capabilities {
  if (registry.kind === "harbor") {
    const later = no("Harbor registries cannot be reclaimed by this version yet.");
    return { recycle: later, garbageCollection: later, untaggedManifests: later };
  }
  const storage = hasStorage(registry)
    ? YES
    : no(
        `The console cannot reach this registry's storage. ${
          isInstalledRegistry(registry)
            ? "Set REGISTRY_STORAGE_ROOT to the folder that holds docker/registry/v2, or REGISTRY_S3_BUCKET and its neighbours."
            : "A platform admin can name its folder or bucket under Registries."
        }`,
      );
  return { recycle: YES, garbageCollection: collection(registry, storage), untaggedManifests: storage };
}

function collection(registry: RegistryRecord, storage: { isAvailable: boolean; reason: string | null }) {
  if (!storage.isAvailable) return storage;
  const { read_only, online } = collectionModes(registry);
  if (!read_only.isAvailable && !online.isAvailable) return read_only;
  if (!registry.gcEnabledAt) return no("A platform admin has to enable garbage collection for this registry once.");
  return YES;
}
