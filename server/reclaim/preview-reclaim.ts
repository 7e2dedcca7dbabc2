import type { RunDto } from "@/contracts/history";
import type { RuleDefinition } from "@/domain/rules/rule";
import { createRun } from "@/server/history/create-run";
import { getRun } from "@/server/history/get-run";
import { listPlatformRules } from "@/server/lifecycle/list-platform-rules";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listRuleRecords } from "@/server/rules/list-rule-records";
import { requireSpace } from "@/server/spaces/require-space";
import { chosenRuleIds } from "./chosen-rule-ids";
import { DRAFT_RULE_ID, type ReclaimOptions } from "./reclaim-options";

export type PreviewInput = { spaceId: string } & (
  | { ruleIds: readonly string[] }
  | { all: true }
  | { draft: { name: string; definition: RuleDefinition }; ruleId?: string | undefined }
);

/**
 * Starts a dry run of saved rules, enabled or not, or of one that is being written (in place of the saved one that it edits). The space's enabled protect rules take part.
 * What only protects is shown against the enabled reclaim rules: alone it would keep everything.
 * @throws AppError not_found (space, rule), unprocessable (all, and none is enabled)
 */
export async function previewReclaim(scope: WorkspaceScope, input: PreviewInput): Promise<RunDto> {
  const space = await requireSpace(scope, input.spaceId);
  const saved = await listRuleRecords(scope, space.id);
  const ruleIds = chosenRuleIds(input, saved);
  if (!ruleIds.every((id) => saved.some((rule) => rule.id === id))) throw notFound();
  const draft = "draft" in input ? input.draft : undefined;
  const replacedId = "draft" in input ? input.ruleId : undefined;
  if (replacedId !== undefined && !saved.some((rule) => rule.id === replacedId)) throw notFound();
  const chosen: ReclaimOptions["rules"] = [
    ...saved.filter((rule) => ruleIds.includes(rule.id)),
    ...(draft === undefined ? [] : [{ id: DRAFT_RULE_ID, revision: 0, ...draft }]),
  ];
  const isOnlyProtecting = chosen.every((rule) => rule.definition.effect === "protect");
  const others = saved.filter(
    (rule) =>
      rule.isEnabled &&
      !ruleIds.includes(rule.id) &&
      rule.id !== replacedId &&
      (rule.definition.effect === "protect" || isOnlyProtecting),
  );
  const options: ReclaimOptions = {
    ruleIds,
    ...(draft === undefined ? {} : { draft }),
    rules: [...chosen, ...others, ...(await listPlatformRules())].map(({ id, name, revision, definition }) => ({
      id,
      name,
      revision,
      definition,
    })),
  };
  const run = await createRun(scope, {
    ...{ kind: "reclaim", spaceId: space.id, registryId: space.registryId, isDryRun: true },
    options: { ...options },
  });
  return getRun(scope, { runId: run.id });
}
