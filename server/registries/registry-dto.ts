import { type RegistryDto, type RegistryReportDto, registryReportSchema } from "@/contracts/registries";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { countRegistrySpaces } from "./attachment.store";
import { isPlatformAdmin } from "./platform-admin";
import { findReadOnlyRun, type RegistryRecord } from "./registry.store";
import { registryCapabilities } from "./registry-capabilities";
import { isInstalledRegistry } from "./registry-connection";
import { s3LocationOf } from "./s3-location-of";

/**
 * Registries as the API shows them. What only their owner has to know (user name, folder, what a test found) is left out for others;
 * a password is never in it. Whose run holds one read-only is only said when it is our own.
 */
export async function registryDtos(
  scope: WorkspaceScope,
  registries: readonly RegistryRecord[],
): Promise<RegistryDto[]> {
  const spaces = await countRegistrySpaces(
    scope.workspaceId,
    registries.map((registry) => registry.id),
  );
  return Promise.all(
    registries.map(async (registry) => {
      const count = spaces.get(registry.id) ?? { own: 0, all: 0 };
      const isOurs = registry.workspaceId !== null;
      const isKnown = isOurs ? scope.can("registries.write") : isPlatformAdmin(scope);
      const { id, name, kind, url, auth } = registry;
      return {
        ...{ id, name, kind, url, auth },
        owner: isOurs ? ("workspace" as const) : ("platform" as const),
        isInstalled: isInstalledRegistry(registry),
        canEdit: isKnown && scope.can("registries.write") && !isInstalledRegistry(registry),
        username: isKnown ? registry.username : null,
        hasPassword: registry.passwordEncrypted !== null,
        storageRoot: isPlatformAdmin(scope) ? registry.storageRoot : null,
        storageS3: isPlatformAdmin(scope) ? s3LocationOf(registry) : null,
        spaceCount: count.own,
        totalSpaceCount: isPlatformAdmin(scope) ? count.all : null,
        capabilities: registryCapabilities(registry),
        health: healthOf(registry),
        report: isKnown ? reportOf(registry.findings) : null,
        readOnly: await readOnlyState(scope.workspaceId, registry),
        lastCrawledAt: registry.lastCrawledAt?.toISOString() ?? null,
      };
    }),
  );
}

function healthOf(registry: RegistryRecord): RegistryDto["health"] {
  const state = registry.health === "healthy" || registry.health === "unhealthy" ? registry.health : "unknown";
  return {
    state,
    reason: state === "unhealthy" ? registry.healthError : null,
    checkedAt: registry.healthCheckedAt?.toISOString() ?? null,
    latencyMs: state === "healthy" ? registry.healthLatencyMs : null,
  };
}

function reportOf(findings: unknown): RegistryReportDto | null {
  const parsed = registryReportSchema.safeParse(findings);
  return parsed.success ? parsed.data : null;
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
