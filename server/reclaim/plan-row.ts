import type { LimitName } from "@/domain/reclaim/apply-limits";
import type { PlanMove } from "@/domain/reclaim/plan";
import type { PlannedImage } from "@/domain/reclaim/plan-repository";
import { reasonText } from "@/domain/rules/reason-text";
import type { Verdict } from "@/domain/rules/verdict";
import { keptHits, type PlanRow } from "@/server/history/run-journal";
import type { PlannedReason } from "./planned-run";

const LIMIT_TEXT: Record<LimitName, string> = {
  maxItems: "on images a run",
  maxBytes: "on bytes a run",
  maxPercentOfRepository: "on the share of a repository",
};

/** Why a limit leaves something out, as shown. */
export function leftOutText(limit: LimitName): string {
  return `left for another run by the limit ${LIMIT_TEXT[limit]}`;
}

export const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

/** What is planned of an image, as an item of its run, but for what only the whole plan says. */
export function planRowOf({ artifact, verdict, move, pushedAt, lastPulledAt, createdAt }: PlannedImage): PlanRow {
  const { repositoryName, digest, kind } = artifact;
  if (move === null) {
    return {
      action: "keep",
      repositoryName,
      digest,
      kind,
      tags: artifact.tags.map((tag) => tag.name),
      selectedTags: [],
      members: [],
      reason: { code: verdict.reason.code, text: reasonText(verdict) },
      ruleId: decidingRule(verdict),
      pushedAt,
      lastPulledAt,
      imageCreatedAt: createdAt,
    };
  }
  return {
    action: move.action === "reclaim" ? "recycle" : "untag",
    repositoryName,
    digest,
    kind,
    tags: move.tags,
    selectedTags: move.selectedTags,
    members: move.members,
    reason: plannedReason(move, verdict),
    ruleId: decidingRule(verdict),
    pushedAt: move.pushedAt,
    lastPulledAt,
    imageCreatedAt: createdAt,
  };
}

/** Why something moves, with what its re-check compares. */
export function plannedReason({ mediaType, hits, tags: all }: PlanMove, verdict: Verdict | undefined): PlannedReason {
  return {
    code: verdict?.reason.code ?? "selected",
    text: verdict === undefined ? "selected" : reasonText(verdict),
    plan: { mediaType, hits: keptHits(hits, all) },
  };
}

/** The rule that a verdict is owed to, the first of several; null where it is a guard's, a neighbour's or a person's. */
function decidingRule({ reason }: Verdict): string | null {
  if ("ruleId" in reason) return reason.ruleId;
  return "hits" in reason ? (reason.hits[0]?.ruleId ?? null) : null;
}
