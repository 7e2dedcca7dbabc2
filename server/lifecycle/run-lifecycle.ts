import type { LifecycleOutcomeDto } from "@/contracts/lifecycle";
import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { startInOwnSpaces } from "./start-in-own-spaces";

/**
 * Runs the saved policies now, whatever the quota: one run in each space that a policy covers.
 * @throws AppError unprocessable (no policy is on, or none covers a space)
 */
export async function runLifecycle(scope: WorkspaceScope): Promise<{ outcomes: LifecycleOutcomeDto[] }> {
  const outcomes = await startInOwnSpaces(scope, { isDryRun: false });
  if (outcomes.length === 0) {
    throw new AppError("unprocessable", "No lifecycle policy is on for any registry space here. Enable one first.");
  }
  return { outcomes };
}
