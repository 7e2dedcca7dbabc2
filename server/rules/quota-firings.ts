import { ruleDefinitionSchema } from "@/domain/rules/rule";
import { prisma, type Transaction } from "@/server/platform/db/prisma";
import { whyNotArmed } from "./arming";
import { listUnprotected } from "./list-unprotected";
import { FiringTaken } from "./record-firings";
import type { RuleRecord } from "./rule.store";
import { findLastFiring, insertFirings, type RuleFiringRecord } from "./rule-firing.store";
import { allowQuotaFiring, listQuotaRules, writeQuotaFiring } from "./rule-schedule.store";

const DAY_MS = 86_400_000;
/** So far below its threshold the usage has to fall before a rule fires again within a day. */
const HYSTERESIS_PERCENT = 10;

/** A rule whose share of the quota is reached. */
export interface QuotaFiring {
  rule: RuleRecord;
  registryId: string;
  usedPercent: number;
  /** Null = it may fire; else why it does not. */
  refusal: string | null;
}

/**
 * Rules whose share of their workspace's tag quota is reached at `now`. One that has fired is left out for a day, or until the usage has
 * fallen well below its share.
 */
export async function listQuotaFirings(
  now: Date,
  usageOf: (workspaceId: string) => Promise<{ count: number; quota: number }>,
): Promise<QuotaFiring[]> {
  const rules = await listQuotaRules();
  const percents = new Map<string, number>();
  for (const workspaceId of new Set(rules.map((rule) => rule.workspaceId))) {
    const { count, quota } = await usageOf(workspaceId);
    percents.set(workspaceId, quota > 0 ? (count / quota) * 100 : 0);
  }
  const unprotected = await listUnprotected(rules);
  const firings: QuotaFiring[] = [];
  for (const { space, ...rule } of rules) {
    const { schedule } = ruleDefinitionSchema.parse(rule.definition);
    const usedPercent = percents.get(rule.workspaceId) ?? 0;
    if (schedule.kind !== "onQuota") continue;
    if (rule.quotaFiredAt !== null && usedPercent < schedule.percent - HYSTERESIS_PERCENT) await allowQuotaFiring(rule);
    const hasRested = rule.quotaFiredAt === null || now.getTime() - rule.quotaFiredAt.getTime() >= DAY_MS;
    if (usedPercent < schedule.percent || !hasRested) continue;
    firings.push({ rule, registryId: space.registryId, usedPercent, refusal: whyNotArmed(rule, unprotected) });
  }
  return firings;
}

/** Notes that the quota made rules fire, in the transaction of the run that they start. @throws FiringTaken */
export async function recordQuotaFirings(
  tx: Transaction,
  firings: readonly QuotaFiring[],
  now: Date,
  runId: string,
): Promise<void> {
  for (const firing of firings) {
    if (!(await writeQuotaFiring(tx, firing.rule, now))) throw new FiringTaken();
    if ((await insertFirings(tx, [rowOf(firing, now, { runId })])) === 0) throw new FiringTaken();
  }
}

/** Notes why rules did not fire, once a day for the same reason: the quota stays reached, and is looked at every few seconds. */
export async function recordQuotaSkips(firings: readonly QuotaFiring[], now: Date, skipped: string): Promise<void> {
  for (const firing of firings) {
    const reason = firing.refusal ?? skipped;
    const last = await findLastFiring(firing.rule.id);
    const isKnown = last?.outcome === "skipped" && last.reason === reason && last.revision === firing.rule.revision;
    if (isKnown && now.getTime() - last.firedAt.getTime() < DAY_MS) continue;
    await insertFirings(prisma(), [rowOf(firing, now, { skipped: reason })]);
  }
}

function rowOf(
  { rule, usedPercent }: QuotaFiring,
  now: Date,
  outcome: { runId: string } | { skipped: string },
): RuleFiringRecord {
  const isStarted = "runId" in outcome;
  const used = `${Math.floor(usedPercent)} % of the tag quota was used.`;
  return {
    ...{ ruleId: rule.id, scheduledFor: now, workspaceId: rule.workspaceId, spaceId: rule.spaceId },
    ...{ revision: rule.revision, trigger: "quota", firedAt: now },
    ...(isStarted
      ? { outcome: "started", reason: used, runId: outcome.runId }
      : { outcome: "skipped", reason: outcome.skipped, runId: null }),
  };
}
