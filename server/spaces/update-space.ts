import type { SpaceDto } from "@/contracts/spaces";
import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { requireVersion } from "@/server/platform/http/etag";
import { requirePlatformAdmin } from "@/server/registries/platform-admin";
import { getSpace } from "./get-space";
import { requireSpace } from "./require-space";
import { holdSpace, recomputePurgeDates, updateSpaceRow } from "./space.store";
import { spaceVersion } from "./space-version";

/**
 * Renames a space, changes how long its bin keeps entries (the dates of those already in it follow), from which share of its images on
 * a run waits for a confirmation, or whose pulls do not count from now on, or makes it public or private.
 * @throws AppError not_found, forbidden (public or private: platform admins), conflict (name taken), precondition_failed
 */
export async function updateSpace(
  scope: WorkspaceScope,
  input: {
    spaceId: string;
    name?: string | undefined;
    binRetentionDays?: number | undefined;
    confirmSharePercent?: number | undefined;
    ignoredPullers?: readonly string[] | undefined;
    isPublic?: boolean | undefined;
  },
): Promise<SpaceDto> {
  const space = await requireSpace(scope, input.spaceId);
  const change = {
    ...(input.name === undefined || input.name === space.name ? {} : { name: input.name }),
    ...(input.binRetentionDays === undefined || input.binRetentionDays === space.binRetentionDays
      ? {}
      : { binRetentionDays: input.binRetentionDays }),
    ...(input.confirmSharePercent === undefined || input.confirmSharePercent === space.confirmSharePercent
      ? {}
      : { confirmSharePercent: input.confirmSharePercent }),
    ...(input.ignoredPullers === undefined || isSameList(input.ignoredPullers, space.ignoredPullers)
      ? {}
      : { ignoredPullers: [...new Set(input.ignoredPullers)] }),
    ...(input.isPublic === undefined || input.isPublic === space.isPublic ? {} : { isPublic: input.isPublic }),
  };
  if (change.isPublic !== undefined) requirePlatformAdmin(scope, "make a registry space public, or private again");
  if (Object.keys(change).length === 0) return getSpace(scope, input);
  try {
    await prisma().$transaction(async (tx) => {
      const held = await holdSpace(tx, scope.workspaceId, space.id);
      if (!held) throw notFound();
      requireVersion(spaceVersion(held));
      await updateSpaceRow(tx, scope.workspaceId, space.id, change);
      if (change.binRetentionDays !== undefined)
        await recomputePurgeDates(tx, scope.workspaceId, space.id, change.binRetentionDays);
      await recordAudit(tx, {
        workspaceId: scope.workspaceId,
        spaceId: space.id,
        actor: scope.actor,
        action: "spaces.update",
        resourceType: "space",
        resourceId: space.id,
        data: {
          ...change,
          before: {
            ...{ name: space.name, binRetentionDays: space.binRetentionDays, isPublic: space.isPublic },
            confirmSharePercent: space.confirmSharePercent,
            ignoredPullers: space.ignoredPullers,
          },
        },
      });
    });
  } catch (error) {
    if (isUniqueViolation(error))
      throw new AppError("conflict", "A registry space of this name exists already. Choose another name.");
    throw error;
  }
  return getSpace(scope, input);
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}
