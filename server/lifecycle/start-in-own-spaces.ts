import type { LifecycleOutcomeDto } from "@/contracts/lifecycle";
import type { LifecyclePolicy } from "@/domain/rules/lifecycle-policy";
import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listSpaces } from "@/server/spaces/list-spaces";
import { createLifecycleRun } from "./create-lifecycle-run";
import { listLifecycleRules } from "./list-lifecycle-rules";

/** Starts runs or previews in each own space of a workspace that a policy covers; a space where that is not possible says why. */
export async function startInOwnSpaces(
  scope: WorkspaceScope,
  input: { isDryRun: boolean; draft?: LifecyclePolicy },
): Promise<LifecycleOutcomeDto[]> {
  const outcomes: LifecycleOutcomeDto[] = [];
  for (const { id: spaceId, name: spaceName, access } of (await listSpaces(scope, {})).items) {
    if (access !== "owner") continue;
    const policies = await listLifecycleRules(scope, spaceId, input.draft);
    if (policies.length === 0) continue;
    try {
      const runId = await createLifecycleRun(scope, { spaceId, policies, isDryRun: input.isDryRun });
      outcomes.push({ spaceId, spaceName, runId, skippedReason: null });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      outcomes.push({ spaceId, spaceName, runId: null, skippedReason: error.detail });
    }
  }
  return outcomes;
}
