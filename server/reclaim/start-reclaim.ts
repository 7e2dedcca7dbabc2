import type { RunDto } from "@/contracts/history";
import { createRun } from "@/server/history/create-run";
import { getRun } from "@/server/history/get-run";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listRuleRecords } from "@/server/rules/list-rule-records";
import { requireSpace } from "@/server/spaces/require-space";
import { chosenRuleIds } from "./chosen-rule-ids";
import { frozenOptions } from "./frozen-options";

/**
 * Starts to move what enabled reclaim rules select. Every enabled protect rule of the space takes part.
 * @throws AppError not_found (space, rule), unprocessable (a rule is disabled or only protects; all, and none is enabled), conflict (a
 * reclaim is running or waits for a confirmation; reclaims are stopped on the platform)
 */
export async function startReclaim(
  scope: WorkspaceScope,
  input: { spaceId: string } & ({ ruleIds: readonly string[] } | { all: true }),
): Promise<RunDto> {
  const space = await requireSpace(scope, input.spaceId);
  const saved = await listRuleRecords(scope, space.id);
  const ruleIds = chosenRuleIds(input, saved);
  const chosen = ruleIds.map((id) => {
    const rule = saved.find((candidate) => candidate.id === id);
    if (!rule) throw notFound();
    if (!rule.isEnabled)
      throw new AppError("unprocessable", `The rule “${rule.name}” is disabled. Enable it, or leave it out.`);
    if (rule.definition.effect !== "reclaim")
      throw new AppError(
        "unprocessable",
        `The rule “${rule.name}” protects: it takes part in every run by itself. Leave it out.`,
      );
    return rule;
  });
  const options = await frozenOptions(saved, chosen);
  const run = await createRun(scope, {
    ...{ kind: "reclaim", spaceId: space.id, registryId: space.registryId },
    options: { ...options },
  });
  return getRun(scope, { runId: run.id });
}
