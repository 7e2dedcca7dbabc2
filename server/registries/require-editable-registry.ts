import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findRegistry } from "./find-registry";
import { requirePlatformAdmin } from "./platform-admin";
import type { RegistryRecord } from "./registry.store";
import { isInstalledRegistry } from "./registry-connection";

/**
 * A registry that who asks may change: one of their workspace, or, for platform admins, one of the platform.
 * @throws AppError not_found, forbidden (a platform's), unprocessable (the one that the console was started with)
 */
export async function requireEditableRegistry(scope: WorkspaceScope, registryId: string): Promise<RegistryRecord> {
  const registry = await findRegistry(scope, registryId);
  if (!registry) throw notFound();
  if (registry.workspaceId === null) requirePlatformAdmin(scope, "change a registry of the platform");
  if (isInstalledRegistry(registry)) {
    throw new AppError(
      "unprocessable",
      "The console was started with this registry: change REGISTRY_URL and its neighbours where it is started.",
    );
  }
  return registry;
}
