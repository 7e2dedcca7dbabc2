import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { countRunsOn, countSpacesOn, detachRegistryRow, lockRegistry } from "./attachment.store";
import { closeRegistry } from "./open-registry";
import { requireEditableRegistry } from "./require-editable-registry";
import { reachesStorage, requireNothingKept } from "./require-nothing-kept";

const DETACH_TIMEOUT_MS = 120_000;

/**
 * Detaches a registry: its images stay where they are, its credentials are forgotten, its row stays for what history names.
 * @throws AppError not_found, forbidden, unprocessable (registry spaces are on it), conflict (a run is in progress, or a
 * collection keeps what it took so that it can be undone)
 */
export async function detachRegistry(scope: WorkspaceScope, input: { registryId: string }): Promise<{ id: string }> {
  const registry = await requireEditableRegistry(scope, input.registryId);
  const isReached = await reachesStorage(registry);
  await prisma().$transaction(
    async (tx) => {
      if (!(await lockRegistry(tx, registry.id))) throw notFound();
      const spaces = await countSpacesOn(tx, registry.id);
      if (spaces > 0) {
        throw new AppError(
          "unprocessable",
          spaces === 1
            ? "1 registry space is on this registry. Remove it first; its images stay in the registry."
            : `${spaces} registry spaces are on this registry. Remove them first; their images stay in the registry.`,
        );
      }
      if ((await countRunsOn(tx, registry.id)) > 0) {
        throw new AppError("conflict", "A run is in progress on this registry. Wait for it, or cancel it first.");
      }
      await requireNothingKept(tx, registry, { isReached, now: new Date() });
      await detachRegistryRow(tx, registry.id);
      await recordAudit(tx, {
        workspaceId: registry.workspaceId,
        actor: scope.actor,
        action: "registries.detach",
        resourceType: "registry",
        resourceId: registry.id,
        data: { name: registry.name, url: registry.url },
      });
    },
    { timeout: DETACH_TIMEOUT_MS },
  );
  closeRegistry(registry.id);
  return { id: registry.id };
}
