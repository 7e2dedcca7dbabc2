import type { RegistryDto } from "@/contracts/registries";
import { recordAudit } from "@/server/history/record-audit";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { checkHealth } from "./check-health";
import { findRegistry } from "./find-registry";
import { getRegistry } from "./get-registry";

/** Asks a registry now whether it is well. @throws AppError not_found */
export async function checkRegistry(scope: WorkspaceScope, input: { registryId: string }): Promise<RegistryDto> {
  const registry = await findRegistry(scope, input.registryId);
  if (!registry) throw notFound();
  await checkHealth(registry, (tx) =>
    recordAudit(tx, {
      ...{ workspaceId: registry.workspaceId ?? scope.workspaceId, actor: scope.actor, action: "registries.check" },
      ...{ resourceType: "registry", resourceId: registry.id, data: { name: registry.name } },
    }),
  );
  return getRegistry(scope, input);
}
