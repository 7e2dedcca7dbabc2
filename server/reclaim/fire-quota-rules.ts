import { log } from "@/server/platform/log";
import { listQuotaFirings, type QuotaFiring, recordQuotaFirings, recordQuotaSkips } from "@/server/rules/quota-firings";
import { FiringTaken } from "@/server/rules/record-firings";
import { tagUsage } from "@/server/workspaces/tag-usage";
import { startFiredRun } from "./start-fired-run";

/**
 * For every worker's clock: starts the rules whose share of their workspace's tag quota is reached at `now`, one run a space. Answers how
 * many runs were started.
 */
export async function fireQuotaRules(now: Date): Promise<number> {
  const bySpace = new Map<string, QuotaFiring[]>();
  for (const firing of await listQuotaFirings(now, tagUsage)) {
    const { spaceId } = firing.rule;
    bySpace.set(spaceId, [...(bySpace.get(spaceId) ?? []), firing]);
  }
  let started = 0;
  for (const [spaceId, firings] of bySpace) {
    try {
      if (await fireSpace(firings, now)) started++;
    } catch (error) {
      if (!(error instanceof FiringTaken)) log.error({ spaceId, error }, "rules could not be fired by the quota");
    }
  }
  return started;
}

async function fireSpace(firings: readonly QuotaFiring[], now: Date): Promise<boolean> {
  const ready = firings.filter(({ refusal }) => refusal === null);
  const [first] = ready;
  const skipped = "Nothing was ready to run.";
  const result = first
    ? await startFiredRun(
        {
          ...{ workspaceId: first.rule.workspaceId, spaceId: first.rule.spaceId, registryId: first.registryId },
          ...{ trigger: "quota", rules: ready.map(({ rule }) => rule) },
        },
        (tx, runId) => recordQuotaFirings(tx, ready, now, runId),
      )
    : { skipped };
  const isStarted = "runId" in result;
  const left = isStarted ? firings.filter(({ refusal }) => refusal !== null) : firings;
  await recordQuotaSkips(left, now, isStarted ? skipped : result.skipped);
  return isStarted;
}
