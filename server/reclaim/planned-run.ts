import type { ArtifactVerdict, PlanItem, PlanMove, PlanTotals, ReclaimPlan } from "@/domain/reclaim/plan";
import type { Artifact } from "@/domain/rules/facts";
import {
  itemHits,
  type KeptHit,
  type NewRunItem,
  type RunItemRecord,
  type RunRules,
} from "@/server/history/run-journal";
import { env } from "@/server/platform/env";

const HOUR_MS = 3_600_000;

export function graceMs(): number {
  return env().RECLAIM_GRACE_HOURS * HOUR_MS;
}

/**
 * What a run item keeps of its plan, beside its columns: the re-check compares with it. What each rule found out is said by the text alone:
 * as data it was half of all that a plan wrote, and nobody read it.
 */
export interface PlannedReason extends Record<string, unknown> {
  code: string;
  text: string;
  plan: { mediaType: string; hits: readonly KeptHit[] };
}

/** The move that an item of a run by these rules was planned as. */
export function planOf(item: RunItemRecord, rules: RunRules): PlanMove {
  const { plan } = item.reason as unknown as PlannedReason;
  return {
    action: item.action === "untag" ? "untag" : "reclaim",
    ...{ repositoryName: item.repositoryName, digest: item.digest, kind: item.kind as PlanMove["kind"] },
    ...{ tags: item.tags, selectedTags: item.selectedTags, members: item.members as unknown as PlanMove["members"] },
    ...{ pushedAt: item.pushedAt?.getTime() ?? null, lastPulledAt: item.lastPulledAt?.getTime() ?? null },
    mediaType: plan.mediaType,
    hits: itemHits(item, rules).map((hit) => ({ because: [], ...hit })),
  };
}

/** What a run is to do that somebody chose by hand. */
export interface PlannedRun {
  artifacts: readonly Artifact[];
  verdicts: ReclaimPlan["verdicts"];
  /** In the order of moving. */
  items: readonly PlanItem[];
  /** Those of the verdicts that are shown as kept. */
  kept: readonly ArtifactVerdict[];
  /** What was chosen and is not there, or not as it was seen. */
  stale: readonly Unnumbered[];
  totals: PlanTotals;
}

export type Unnumbered = Omit<NewRunItem, "ordinal">;

export function keyOf(one: { repositoryName: string; digest: string }): string {
  return `${one.repositoryName}@${one.digest}`;
}
