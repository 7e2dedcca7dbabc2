import { settingsTag } from "@/server/platform/http/etag";
import type { RegistryRecord } from "./registry.store";

/** The version of what can be edited of a registry: its health and what is found on it make no other one. */
export function registryVersion(registry: RegistryRecord): string {
  const { name, url, auth, username, passwordEncrypted, storageRoot, storageS3, s3SecretEncrypted } = registry;
  return settingsTag({ name, url, auth, username, passwordEncrypted, storageRoot, storageS3, s3SecretEncrypted });
}
