import type { RegistryDto } from "@/contracts/registries";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listRegistryRows } from "./registry.store";
import { registryDtos } from "./registry-dto";

/** Registries that this workspace may use: those of the platform and its own. */
export async function listRegistries(scope: WorkspaceScope): Promise<{ items: RegistryDto[] }> {
  return { items: await registryDtos(scope, await listRegistryRows(scope.workspaceId)) };
}
