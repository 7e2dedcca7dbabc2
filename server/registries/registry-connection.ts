import type { AddressPolicy } from "@/domain/registries/address-policy";
import { env } from "@/server/platform/env";
import type { RegistryRecord } from "./registry.store";

/** The registry that this console runs with: its settings come from where the console is started, and it may be anywhere. */
export function isInstalledRegistry(registry: Pick<RegistryRecord, "workspaceId" | "auth" | "url">): boolean {
  if (registry.workspaceId !== null) return false;
  const { REGISTRY_URL: installedUrl } = env();
  return installedUrl === undefined ? registry.auth === "console" : registry.url === installedUrl;
}

/** Where a registry may be that is attached for the platform, or for one workspace. */
export function addressPolicyFor(isPlatformWide: boolean): AddressPolicy {
  return { allowsPrivate: isPlatformWide || env().RECLAIM_ALLOW_PRIVATE_REGISTRIES };
}

/** Where connections of a registry may go; null = anywhere. */
export function addressPolicyOf(registry: Pick<RegistryRecord, "workspaceId" | "auth" | "url">): AddressPolicy | null {
  return isInstalledRegistry(registry) ? null : addressPolicyFor(registry.workspaceId === null);
}
