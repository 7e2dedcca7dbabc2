import type { LifecycleKeep } from "@/domain/rules/lifecycle";
import { lifecycleProblems } from "@/domain/rules/lifecycle-policy";
import { recordAudit } from "@/server/history/record-audit";
import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import {
  findPolicyRow,
  holdTagQuota,
  insertPolicy,
  type PolicyPlace,
  type PolicyWrite,
  updatePolicyRow,
} from "./lifecycle-policy.store";

/**
 * Saves the policy of a workspace, a space or a repository, as a new revision of the one that was edited (0 = there was none).
 * @throws AppError unprocessable (more tags than the quota, nothing reserved), conflict (changed meanwhile)
 */
export async function savePolicy(
  scope: WorkspaceScope,
  place: PolicyPlace,
  input: LifecycleKeep & { revision: number; isEnabled: boolean },
): Promise<void> {
  const { workspaceId } = scope;
  const { isEnabled, keepLatestTags, keepDays } = input;
  const before = await findPolicyRow(workspaceId, place);
  if ((before?.revision ?? 0) !== input.revision) throw changedMeanwhile(before?.updatedByName);
  const write: PolicyWrite = {
    ...{ id: before?.id ?? newId("policy"), workspaceId, ...place },
    ...{ isEnabled, keepLatestTags, keepDays, updatedByName: scope.actor.name },
  };
  try {
    await prisma().$transaction(async (tx) => {
      requireSound(input, await holdTagQuota(tx, workspaceId));
      if (before === null) await insertPolicy(tx, write);
      else if (!(await updatePolicyRow(tx, before, write))) throw changedMeanwhile(undefined);
      await recordAudit(tx, {
        ...{ workspaceId, spaceId: place.spaceId, actor: scope.actor, action: "lifecycle.set" },
        ...{ resourceType: "lifecycle-policy", resourceId: write.id },
        data: {
          ...{
            repositoryName: place.repositoryName,
            isEnabled,
            keepLatestTags,
            keepDays,
            revision: input.revision + 1,
          },
          before: before && {
            ...{ isEnabled: before.isEnabled, keepLatestTags: before.keepLatestTags, keepDays: before.keepDays },
          },
        },
      });
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw changedMeanwhile(undefined);
    throw error;
  }
}

/** @throws AppError unprocessable, with the field that is wrong */
export function requireSound(keep: LifecycleKeep & { isEnabled: boolean }, quota: number): void {
  // One that is off may reserve nothing yet; more than the quota it may not.
  const isEmpty = keep.keepLatestTags === null && keep.keepDays === null;
  if (!keep.isEnabled && isEmpty) return;
  const [problem] = lifecycleProblems(keep, quota);
  if (problem) throw new AppError("unprocessable", `${problem.message}.`, [problem]);
}

function changedMeanwhile(by: string | undefined): AppError {
  return new AppError(
    "conflict",
    `${by ?? "Somebody else"} changed this policy meanwhile. Load it again and repeat your change.`,
  );
}
