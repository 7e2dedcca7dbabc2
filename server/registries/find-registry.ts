import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findUsableRegistry, type RegistryRecord } from "./registry.store";

/** A registry that this workspace may use, or null. */
export function findRegistry(scope: WorkspaceScope, registryId: string): Promise<RegistryRecord | null> {
  return findUsableRegistry(scope.workspaceId, registryId);
}
