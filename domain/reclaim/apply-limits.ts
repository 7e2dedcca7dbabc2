import type { Artifact } from "@/domain/rules/facts";
import type { RuleDefinition, RuleLimits } from "@/domain/rules/rule";
import { measureItems } from "./measure-items";
import type { PlanItem, PlanTotals, ReclaimPlan } from "./plan";

/** Which limit stopped something, as set in the rule. */
export type LimitName = keyof RuleLimits;

/** What a run may do of a plan. */
export interface LimitedPlan {
  /** Items to do, in order, with sizes measured again over just these. */
  items: PlanItem[];
  /** Items that a limit leaves for another run: of what is freed nothing is theirs. */
  leftOut: { item: PlanItem; limit: LimitName }[];
  totals: PlanTotals;
  /** Set where something was left out: the run ends in `partial_limit`. */
  stop: { code: "partial_limit"; limits: LimitName[]; leftOutItems: number; leftOutBytes: number } | null;
}

/**
 * Cuts a plan down to limits, oldest first. maxItems and maxBytes (logical bytes) end the run at the first item that would pass them;
 * maxPercentOfRepository leaves out what goes beyond that share of each repository's images, rounded down, and goes on elsewhere.
 * Takes the facts that the plan was made of, since sizes depend on what stays.
 */
export function applyLimits(
  plan: ReclaimPlan,
  limits: RuleLimits,
  facts: { artifacts: readonly Artifact[]; isBlobHeldElsewhere?: (digest: string) => boolean },
): LimitedPlan {
  const { maxItems, maxBytes, maxPercentOfRepository } = limits;
  const room = new Map(
    plan.repositories.map(({ name, imageCount }) => [
      name,
      maxPercentOfRepository === undefined ? imageCount : Math.floor((imageCount * maxPercentOfRepository) / 100),
    ]),
  );
  const kept: PlanItem[] = [];
  const leftOut: LimitedPlan["leftOut"] = [];
  let bytes = 0;
  let ended: LimitName | null = null;
  for (const item of plan.items) {
    const share = room.get(item.repositoryName) ?? 0;
    // A lost tag takes no image away, so that it uses up no share of the repository.
    const isOverShare = maxPercentOfRepository !== undefined && item.action === "reclaim" && share < 1;
    if (ended === null && !isOverShare) {
      if (maxItems !== undefined && kept.length >= maxItems) ended = "maxItems";
      else if (maxBytes !== undefined && bytes + item.logicalSizeBytes > maxBytes) ended = "maxBytes";
    }
    if (ended !== null || isOverShare) {
      leftOut.push({ item: { ...item, uniqueSizeBytes: 0 }, limit: ended ?? "maxPercentOfRepository" });
      continue;
    }
    kept.push(item);
    bytes += item.logicalSizeBytes;
    if (item.action === "reclaim") room.set(item.repositoryName, share - 1);
  }
  if (leftOut.length === 0) return { items: plan.items, leftOut, totals: plan.totals, stop: null };
  const { items, totals } = measureItems(kept, facts);
  return {
    items,
    leftOut,
    totals,
    stop: {
      code: "partial_limit",
      limits: [...new Set(leftOut.map(({ limit }) => limit))],
      leftOutItems: leftOut.length,
      leftOutBytes: leftOut.reduce((sum, { item }) => sum + item.logicalSizeBytes, 0),
    },
  };
}

/** The strictest of several rules' limits, for a run of all of them: a fuse holds whoever set it. */
export function strictestLimits(definitions: readonly RuleDefinition[]): RuleLimits {
  const result: RuleLimits = {};
  for (const { effect, limits } of definitions) {
    if (effect !== "reclaim") continue;
    for (const name of ["maxItems", "maxBytes", "maxPercentOfRepository"] as const) {
      const limit = limits[name];
      if (limit !== undefined) result[name] = Math.min(limit, result[name] ?? limit);
    }
  }
  return result;
}
