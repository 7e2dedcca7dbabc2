import type { RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { openRegistry } from "./open-registry";
import { openStorage } from "./open-storage";
import { findRegistryById, type RegistryRecord } from "./registry.store";

export interface OpenRegistry {
  registry: RegistryRecord;
  adapter: RegistryAdapter;
  /** null where the console does not reach the storage */
  storage: BlobStorage | null;
}

/** A registry with its adapter and storage, for the worker; null when it was removed. */
export async function openRegistryById(registryId: string): Promise<OpenRegistry | null> {
  const registry = await findRegistryById(registryId);
  if (!registry) return null;
  return { registry, adapter: await openRegistry(registry), storage: await openStorage(registry) };
}
