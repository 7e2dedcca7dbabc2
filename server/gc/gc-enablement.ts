import type { GcEnablementDto } from "@/contracts/gc";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { isPlatformAdmin } from "@/server/registries/platform-admin";
import type { RegistryRecord } from "@/server/registries/registry.store";
import { findRequest } from "./gc-overview.store";

/** Whether collections of a registry are switched on, and what this workspace asked for. */
export async function gcEnablement(scope: WorkspaceScope, registry: RegistryRecord): Promise<GcEnablementDto> {
  const request = registry.gcEnabledAt ? null : await findRequest(scope.workspaceId, registry.id);
  return {
    enabledAt: registry.gcEnabledAt?.toISOString() ?? null,
    enabledByName: registry.gcEnabledByName,
    request: request && {
      requestedAt: request.requestedAt.toISOString(),
      requestedByName: request.requestedByName,
      note: request.note,
    },
    canEnable: isPlatformAdmin(scope),
  };
}
