import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { requireVersion } from "@/server/platform/http/etag";
import { countRunsOn, countSpacesOn, detachRegistryRow, lockRegistry } from "./attachment.store";
import { closeRegistry } from "./open-registry";
import { registryVersion } from "./registry-version";
import { requireEditableRegistry } from "./require-editable-registry";
import { reachesStorage, requireNothingKept } from "./require-nothing-kept";

const DETACH_TIMEOUT_MS = 120_000;

/**
 * Detaches a registry: its images stay where they are, its credentials are forgotten, its row stays for what history names.
 * @throws AppError not_found, forbidden, unprocessable (registry spaces are on it), conflict (a run is in progress, or a
 * collection keeps what it took so that it can be undone), precondition_failed (If-Match names another version)
 */
export async function detachRegistry(scope: WorkspaceScope, input: { registryId: string }): Promise<{ id: string }> {
  const registry = await requireEditableRegistry(scope, input.registryId);
  const isReached = await reachesStorage(registry);
  await prisma().$transaction(
    async (tx) => {
      const held = await lockRegistry(tx, registry.id);
      if (!held) throw notFound();
      requireVersion(registryVersion(held));
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
      await requireNothingKept(tx, registry, { isReached, wanted: "detach the registry", now: new Date() });
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
