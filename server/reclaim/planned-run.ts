import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import type { LimitName } from "@/domain/reclaim/apply-limits";
import type { ArtifactVerdict, PlanItem, PlanTotals, ReclaimPlan } from "@/domain/reclaim/plan";
import type { Artifact } from "@/domain/rules/facts";
import type { NewRunItem } from "@/server/history/run-journal";
import { env } from "@/server/platform/env";

const HOUR_MS = 3_600_000;

export function graceMs(): number {
  return env().RECLAIM_GRACE_HOURS * HOUR_MS;
}

/** What a run item keeps of its plan, beside its columns: the re-check compares with it. */
export interface PlannedReason extends Record<string, unknown> {
  code: string;
  text: string;
  plan: PlanItem;
}

/** What a run is to do, by whoever chose. */
export interface PlannedRun {
  artifacts: readonly Artifact[];
  verdicts: ReclaimPlan["verdicts"];
  /** In the order of moving. */
  items: readonly PlanItem[];
  /** Items that a limit leaves for another run. */
  leftOut: readonly { item: PlanItem; limit: LimitName }[];
  /** Those of the verdicts that are shown as kept. */
  kept: readonly ArtifactVerdict[];
  /** What was chosen and is not there, or not as it was seen. */
  stale: readonly Unnumbered[];
  totals: PlanTotals;
}

export type Unnumbered = Omit<NewRunItem, "ordinal">;

/** What an artifact says it belongs to, by its field or by fallback tags, wherever that is. */
export function subjectsOf({ subject, tags }: Artifact): string[] {
  return [subject, ...tags.map((tag) => subjectOfFallbackTag(tag.name))].filter((digest) => digest !== null);
}

export function keyOf(one: { repositoryName: string; digest: string }): string {
  return `${one.repositoryName}@${one.digest}`;
}
