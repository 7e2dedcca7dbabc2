import type { PlatformGcRegistryDto } from "@/contracts/gc-settings";
import { requirePlatformActor } from "@/server/lifecycle/require-platform-actor";
import type { Actor } from "@/server/platform/auth/actor";
import { gcModes } from "./gc-modes";
import { listAttachedRegistries, listRequests, listWorkspaceNames } from "./gc-settings.store";

/** All registries with what is asked for and enabled, those with requests first. @throws AppError forbidden */
export async function listGcRegistries(actor: Actor): Promise<{ items: PlatformGcRegistryDto[] }> {
  requirePlatformActor(actor, "see what is enabled for the registries of all workspaces");
  const [registries, requests] = await Promise.all([listAttachedRegistries(), listRequests()]);
  const names = await listWorkspaceNames(registries.flatMap(({ workspaceId }) => workspaceId ?? []));
  const items = registries.map((registry): PlatformGcRegistryDto => {
    const { id: registryId, name, url, workspaceId } = registry;
    return {
      ...{ registryId, name, url },
      workspaceName: workspaceId === null ? null : (names.get(workspaceId) ?? ""),
      enabledAt: registry.gcEnabledAt?.toISOString() ?? null,
      enabledByName: registry.gcEnabledByName,
      modes: gcModes(registry),
      requests: requests
        .filter((request) => request.registryId === registryId)
        .map(({ registryId: _, requestedAt, ...request }) => ({ ...request, requestedAt: requestedAt.toISOString() })),
    };
  });
  const asks = (item: PlatformGcRegistryDto) => (item.requests.length > 0 ? 0 : 1);
  return { items: items.sort((a, b) => asks(a) - asks(b) || a.name.localeCompare(b.name)) };
}
