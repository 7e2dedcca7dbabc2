import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { lockSpaceForRemoval, removeSpaceRow } from "./removal.store";
import { requireSpace } from "./require-space";

/** Whoever writes to its inventory may hold its row for a while. */
const REMOVE_TIMEOUT_MS = 60_000;

/**
 * Removes a space from the console: its images stay in the registry, its history stays here. Prefix and name are free again.
 * @throws AppError not_found, bad_request (the name was not typed), unprocessable (runs in progress, entries in its bin, pins)
 */
export async function removeSpace(
  scope: WorkspaceScope,
  input: { spaceId: string; typedName: string },
): Promise<{ id: string }> {
  const space = await requireSpace(scope, input.spaceId);
  if (input.typedName.trim() !== space.name) {
    throw new AppError("bad_request", "Type the name of the registry space to remove it.");
  }
  await prisma().$transaction(
    async (tx) => {
      const held = await lockSpaceForRemoval(tx, scope.workspaceId, space.id);
      if (!held) throw notFound();
      if (held.activeRuns > 0) {
        throw new AppError(
          "unprocessable",
          held.activeRuns === 1
            ? "A run is in progress in this space. Wait for it, or cancel it first."
            : `${held.activeRuns} runs are in progress in this space. Wait for them, or cancel them first.`,
        );
      }
      if (held.binEntries > 0) {
        throw new AppError(
          "unprocessable",
          held.binEntries === 1
            ? "1 image is in the recycle bin of this space. Restore or purge it first."
            : `${held.binEntries} images are in the recycle bin of this space. Restore or purge them first.`,
        );
      }
      // A pin is a promise: who made it takes it back, not whoever removes the space around it.
      if (held.pins > 0) {
        throw new AppError(
          "unprocessable",
          held.pins === 1
            ? "1 image is pinned in this space. Remove its pin first: filter the images by Pinned."
            : `${held.pins} images are pinned in this space. Remove their pins first: filter the images by Pinned.`,
        );
      }
      await removeSpaceRow(tx, scope.workspaceId, space.id);
      await recordAudit(tx, {
        workspaceId: scope.workspaceId,
        spaceId: space.id,
        actor: scope.actor,
        action: "spaces.remove",
        resourceType: "space",
        resourceId: space.id,
        data: { name: space.name, prefix: space.prefix },
      });
    },
    { timeout: REMOVE_TIMEOUT_MS },
  );
  // What the inventory had of it may be a million rows: the worker's watch takes them away, and nobody is shown them until then.
  return { id: space.id };
}
