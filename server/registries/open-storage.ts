import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { FilesystemStorage } from "@/server/platform/storage/filesystem-storage";
import type { S3Storage } from "@/server/platform/storage/s3-storage";
import { bucketOf } from "./bucket-access";
import type { RegistryRecord } from "./registry.store";

type Stored = Pick<RegistryRecord, "id" | "storageRoot" | "storageS3" | "s3SecretEncrypted">;

const globals = globalThis as { reclaimBuckets?: Map<string, { key: string; storage: S3Storage }> };

/** Whether the console reaches a registry's storage: a folder or a bucket is named. */
export function hasStorage(registry: Pick<RegistryRecord, "storageRoot" | "storageS3">): boolean {
  return registry.storageRoot !== null || registry.storageS3 !== null;
}

/**
 * The storage of a registry; null where the console does not reach it. Connections to a bucket are kept: one set a process, made anew when
 * its settings change.
 */
export async function openStorage(registry: Stored): Promise<BlobStorage | null> {
  if (registry.storageRoot) return new FilesystemStorage(registry.storageRoot);
  if (registry.storageS3 === null) return null;
  globals.reclaimBuckets ??= new Map();
  const key = JSON.stringify([registry.storageS3, registry.s3SecretEncrypted]);
  // The client costs 25 MB, and most registries have a folder.
  const { S3Storage } = await import("@/server/platform/storage/s3-storage");
  const open = globals.reclaimBuckets.get(registry.id);
  if (open?.key === key) return open.storage;
  // What is under way on the former one ends by itself: its sockets are closed when they fall idle.
  const bucket = bucketOf(registry);
  if (bucket === null) return null;
  const storage = new S3Storage(bucket);
  globals.reclaimBuckets.set(registry.id, { key, storage });
  return storage;
}

/** Forgets the connections to a registry's bucket; of all registries without an id. */
export function closeStorage(registryId?: string): void {
  for (const [id, { storage }] of globals.reclaimBuckets ?? []) {
    if (registryId !== undefined && id !== registryId) continue;
    storage.close();
    globals.reclaimBuckets?.delete(id);
  }
}
