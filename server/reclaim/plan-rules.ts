import { applyLimits, strictestLimits } from "@/domain/reclaim/apply-limits";
import { planReclaim } from "@/domain/reclaim/plan-reclaim";
import type { RunContext } from "@/server/history/run-context";
import { loadSpaceFacts } from "@/server/images/load-space-facts";
import { pullTrackingSince } from "@/server/registries/pull-tracking";
import type { requireSpace } from "@/server/spaces/require-space";
import { graceMs, type PlannedRun } from "./planned-run";
import { listBlobsHeldElsewhere, listDigestsElsewhere } from "./reclaim.store";
import type { ReclaimOptions } from "./reclaim-options";

/** Plans a run by rules, over everything in the space, within the rules' limits. */
export async function planRules(
  context: RunContext,
  space: Awaited<ReturnType<typeof requireSpace>>,
  rules: ReclaimOptions["rules"],
): Promise<PlannedRun> {
  const { run, scope } = context;
  const artifacts = await loadSpaceFacts(scope, space.id);
  const [heldElsewhere, elsewhere] = await Promise.all([
    listBlobsHeldElsewhere(space.registryId, space.id),
    listDigestsElsewhere(space.registryId, space.id),
  ]);
  context.signal.throwIfAborted();
  const isBlobHeldElsewhere = (digest: string) => heldElsewhere.has(digest);
  const plan = planReclaim({
    artifacts,
    rules,
    nowMs: run.frozenNow.getTime(),
    graceMs: graceMs(),
    pullTrackingSinceMs: pullTrackingSince(space)?.getTime() ?? null,
    isDigestElsewhere: (digest) => elsewhere.has(digest),
    isBlobHeldElsewhere,
  });
  const limited = applyLimits(plan, strictestLimits(rules.map((rule) => rule.definition)), {
    artifacts,
    isBlobHeldElsewhere,
  });
  return {
    ...{ artifacts, verdicts: plan.verdicts, stale: [] },
    ...{ items: limited.items, leftOut: limited.leftOut, totals: limited.totals },
    kept: plan.verdicts.filter((one) => one.verdict.decision === "keep" && !one.isMember),
  };
}
