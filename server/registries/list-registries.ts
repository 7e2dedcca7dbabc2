import type { RegistryDto } from "@/contracts/registries";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findReadOnlyRun, listRegistryRows, type RegistryRecord } from "./registry.store";
import { registryCapabilities } from "./registry-capabilities";

/** Registries that this workspace may use. Whose run holds one read-only is only said when it is our own. */
export async function listRegistries(scope: WorkspaceScope): Promise<{ items: RegistryDto[] }> {
  const registries = await listRegistryRows(scope.workspaceId);
  return { items: await Promise.all(registries.map((registry) => registryDto(scope.workspaceId, registry))) };
}

async function registryDto(workspaceId: string, registry: RegistryRecord): Promise<RegistryDto> {
  const { id, name, kind, url, auth } = registry;
  return {
    id,
    name,
    kind,
    url,
    auth,
    capabilities: registryCapabilities(registry),
    readOnly: await readOnlyState(workspaceId, registry),
    lastCrawledAt: registry.lastCrawledAt?.toISOString() ?? null,
  };
}

async function readOnlyState(workspaceId: string, registry: RegistryRecord): Promise<RegistryDto["readOnly"]> {
  if (!registry.readOnlyRunId || !registry.readOnlySince) return null;
  const run = await findReadOnlyRun(registry.readOnlyRunId);
  const isOurs = run?.workspaceId === workspaceId;
  return {
    since: registry.readOnlySince.toISOString(),
    runId: isOurs ? run.id : null,
    spaceId: isOurs ? run.spaceId : null,
    phase: run?.phase ?? "finishing",
  };
}
