import type { RunNumbers } from "@/contracts/history";
import type { LimitName } from "@/domain/reclaim/apply-limits";
import type { ArtifactVerdict, PlanItem } from "@/domain/reclaim/plan";
import type { Artifact } from "@/domain/rules/facts";
import { reasonText } from "@/domain/rules/reason-text";
import type { RunContext } from "@/server/history/run-context";
import { deleteRunItems, insertRunItems, type NewRunItem } from "@/server/history/run-journal";
import { requireSpace } from "@/server/spaces/require-space";
import { planChoice } from "./plan-choice";
import { planRules } from "./plan-rules";
import { keyOf, type PlannedReason, type Unnumbered } from "./planned-run";
import { isByHand, reclaimOptions } from "./reclaim-options";

/**
 * Plans a run and writes every verdict as an item: what goes in the order of moving, then what a limit leaves out, then what
 * is kept. Answers the plan's numbers. Done as a whole: what an interrupted planning wrote is dropped first.
 */
export async function planRun(context: RunContext): Promise<RunNumbers> {
  const { run, scope } = context;
  const space = await requireSpace(scope, run.spaceId);
  const options = reclaimOptions(run.options);
  await deleteRunItems({ id: run.id, epoch: context.epoch });
  const plan = isByHand(options)
    ? await planChoice(context, space, options)
    : await planRules(context, space, options.rules);
  const verdicts = new Map(plan.verdicts.map((one) => [keyOf(one), one]));
  const items = [
    ...plan.items.map((item) => goingItem(item, verdicts, null)),
    ...plan.leftOut.map(({ item, limit }) => goingItem(item, verdicts, limit)),
    ...plan.stale,
    ...keptItems(plan.kept, plan.artifacts),
  ].map((item, ordinal): NewRunItem => ({ ...item, ordinal }));
  await insertRunItems(run.workspaceId, run.id, items);
  const { totals } = plan;
  return {
    itemsTotal: plan.items.length + plan.leftOut.length + plan.stale.length,
    itemsKept: plan.kept.length,
    tagsTotal: totals.tags,
    logicalBytes: totals.logicalBytes,
    uniqueBytes: totals.freedBytes,
  };
}

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

function goingItem(
  item: PlanItem,
  verdicts: ReadonlyMap<string, ArtifactVerdict>,
  limit: LimitName | null,
): Unnumbered {
  const verdict = verdicts.get(keyOf(item))?.verdict;
  const reason: PlannedReason = {
    code: verdict?.reason.code ?? "selected",
    text: verdict === undefined ? "selected" : reasonText(verdict),
    plan: item,
  };
  return {
    action: item.action === "reclaim" ? "recycle" : "untag",
    state: limit === null ? "planned" : "left_out",
    ...{ repositoryName: item.repositoryName, digest: item.digest, kind: item.kind },
    ...{ tags: item.tags, selectedTags: item.selectedTags, reason },
    members: item.members,
    ruleId: item.hits[0]?.ruleId ?? null,
    ...{ sizeBytes: item.logicalSizeBytes, uniqueBytes: item.uniqueSizeBytes },
    ...{ ownBytes: item.ownSizeBytes, sharedBytes: item.sharedSizeBytes },
    ...{ pushedAt: iso(item.pushedAt), lastPulledAt: iso(item.lastPulledAt), binEntryId: null },
    error: limit === null ? null : `left for another run by the limit ${LIMIT_TEXT[limit]}`,
  };
}

const LIMIT_TEXT: Record<LimitName, string> = {
  maxItems: "on images a run",
  maxBytes: "on bytes a run",
  maxPercentOfRepository: "on the share of a repository",
};

function keptItems(kept: readonly ArtifactVerdict[], artifacts: readonly Artifact[]): Unnumbered[] {
  const byKey = new Map(artifacts.map((artifact) => [keyOf(artifact), artifact]));
  return kept.flatMap((one): Unnumbered[] => {
    const artifact = byKey.get(keyOf(one));
    if (artifact === undefined) return [];
    const tags = artifact.tags.map((tag) => tag.name);
    return [
      {
        ...{
          action: "keep",
          state: "kept",
          selectedTags: [],
          members: [],
          ruleId: null,
          uniqueBytes: 0,
          binEntryId: null,
        },
        ...{ repositoryName: artifact.repositoryName, digest: artifact.digest, kind: artifact.kind, tags },
        reason: { code: one.verdict.reason.code, text: reasonText(one.verdict) },
        sizeBytes: sizeWithChildren(artifact, byKey),
        ...{ pushedAt: iso(artifact.pushedAt), lastPulledAt: iso(artifact.lastPulledAt) },
      },
    ];
  });
}

/** Bytes of an image and its children, each blob once. */
function sizeWithChildren(top: Artifact, byKey: ReadonlyMap<string, Artifact>): number {
  const blobs = new Map<string, number>();
  const seen = new Set([top.digest]);
  const pending = [top];
  for (let artifact = pending.pop(); artifact !== undefined; artifact = pending.pop()) {
    for (const blob of artifact.blobs) blobs.set(blob.digest, blob.sizeBytes);
    for (const digest of artifact.children) {
      const child = byKey.get(keyOf({ repositoryName: top.repositoryName, digest }));
      if (child === undefined || seen.has(digest)) continue;
      seen.add(digest);
      pending.push(child);
    }
  }
  let total = 0;
  for (const bytes of blobs.values()) total += bytes;
  return total;
}
