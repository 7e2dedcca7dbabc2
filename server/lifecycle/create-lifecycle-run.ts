import type { AppliedRule } from "@/domain/rules/rule";
import { createRun, type RunRequest } from "@/server/history/create-run";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import type { ReclaimOptions } from "@/server/reclaim/reclaim-options";
import { listRuleRecords } from "@/server/rules/list-rule-records";
import { requireSpace } from "@/server/spaces/require-space";
import { listPlatformRules } from "./list-platform-rules";

type Within = Parameters<typeof createRun>[2];

/**
 * Starts a run, or a preview, of lifecycle policies in a space. The protect rules of the space and of the platform take part, as in every
 * run by rules; its reclaim rules do not. Answers the run's id.
 * @throws AppError as `createRun`
 */
export async function createLifecycleRun(
  scope: WorkspaceScope,
  input: { spaceId: string; policies: readonly AppliedRule[] } & Pick<RunRequest, "isDryRun" | "trigger">,
  within?: Within,
): Promise<string> {
  const { policies, spaceId, ...request } = input;
  const space = await requireSpace(scope, spaceId);
  const saved = await listRuleRecords(scope, space.id);
  const protecting = saved.filter((rule) => rule.isEnabled && rule.definition.effect === "protect");
  const rules: AppliedRule[] = [...policies, ...protecting, ...(await listPlatformRules())];
  const options: ReclaimOptions = {
    ruleIds: policies.map(({ id }) => id),
    rules: rules.map(({ id, name, revision, definition, lifecycle }) => ({
      ...{ id, name, revision, definition },
      ...(lifecycle === undefined ? {} : { lifecycle }),
    })),
  };
  const run = await createRun(
    scope,
    { ...request, kind: "reclaim", spaceId: space.id, registryId: space.registryId, options: { ...options } },
    within,
  );
  return run.id;
}
