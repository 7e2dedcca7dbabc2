import type { RunNumbers } from "@/contracts/history";
import type { ArtifactVerdict, PlanItem } from "@/domain/reclaim/plan";
import type { Artifact } from "@/domain/rules/facts";
import { reasonText } from "@/domain/rules/reason-text";
import { type RunContext, RunStopped } from "@/server/history/run-context";
import { deleteRunItems, insertRunItems, lockRunItems, type NewRunItem } from "@/server/history/run-journal";
import { prisma } from "@/server/platform/db/prisma";
import { requireSpace } from "@/server/spaces/require-space";
import { planChoice } from "./plan-choice";
import { iso, plannedReason } from "./plan-row";
import { planRules } from "./plan-rules";
import { keyOf, type Unnumbered } from "./planned-run";
import { isByHand, reclaimOptions } from "./reclaim-options";

/**
 * Plans a run and writes every verdict as an item: what goes in the order of moving, then what a limit leaves out, then what
 * is kept. Answers the plan's numbers. Done as a whole: what an interrupted planning wrote is dropped first.
 */
export async function planRun(context: RunContext): Promise<RunNumbers> {
  const { run, scope } = context;
  const options = reclaimOptions(run.options);
  const [space] = await Promise.all([
    requireSpace(scope, run.spaceId),
    deleteRunItems({ id: run.id, epoch: context.epoch }),
  ]);
  if (!isByHand(options)) return planRules(context, space, options.rules);
  const plan = await planChoice(context, space, options);
  const verdicts = new Map(plan.verdicts.map((one) => [keyOf(one), one]));
  const items = [
    ...plan.items.map((item) => goingItem(item, verdicts)),
    ...plan.stale,
    ...keptItems(plan.kept, plan.artifacts),
  ].map((item, ordinal): NewRunItem => ({ ...item, ordinal }));
  await insertWhileOurs(context, items);
  const { totals } = plan;
  return {
    itemsTotal: plan.items.length + plan.stale.length,
    itemsKept: plan.kept.length,
    tagsTotal: totals.tags,
    logicalBytes: totals.logicalBytes,
    uniqueBytes: totals.freedBytes,
  };
}

/** So many items in one transaction: the run's row is locked meanwhile, and its heartbeat waits. */
const ITEMS_AT_ONCE = 2_000;

/** @throws RunStopped fenced when the run is another claim's by now: that one makes a plan of its own */
async function insertWhileOurs({ run, epoch, signal }: RunContext, items: readonly NewRunItem[]): Promise<void> {
  for (let start = 0; start < items.length; start += ITEMS_AT_ONCE) {
    signal.throwIfAborted();
    await prisma().$transaction(async (tx) => {
      if ((await lockRunItems(tx, { id: run.id, epoch })) === null) throw new RunStopped("fenced");
      await insertRunItems(run.workspaceId, run.id, items.slice(start, start + ITEMS_AT_ONCE), tx);
    });
  }
}

function goingItem(item: PlanItem, verdicts: ReadonlyMap<string, ArtifactVerdict>): Unnumbered {
  return {
    action: item.action === "reclaim" ? "recycle" : "untag",
    state: "planned",
    ...{ repositoryName: item.repositoryName, digest: item.digest, kind: item.kind },
    ...{ tags: item.tags, selectedTags: item.selectedTags },
    reason: plannedReason(item, verdicts.get(keyOf(item))?.verdict),
    members: item.members,
    ruleId: null,
    ...{ sizeBytes: item.logicalSizeBytes, uniqueBytes: item.uniqueSizeBytes },
    ...{ ownBytes: item.ownSizeBytes, sharedBytes: item.sharedSizeBytes },
    ...{ pushedAt: iso(item.pushedAt), lastPulledAt: iso(item.lastPulledAt), binEntryId: null },
  };
}

function keptItems(kept: readonly ArtifactVerdict[], artifacts: readonly Artifact[]): Unnumbered[] {
  const byKey = new Map(artifacts.map((artifact) => [keyOf(artifact), artifact]));
  return kept.flatMap((one): Unnumbered[] => {
    const artifact = byKey.get(keyOf(one));
    if (artifact === undefined) return [];
    const tags = artifact.tags.map((tag) => tag.name);
    return [
      {
        ...{ action: "keep", state: "kept", selectedTags: [], members: [], uniqueBytes: 0, binEntryId: null },
        ...{ repositoryName: artifact.repositoryName, digest: artifact.digest, kind: artifact.kind, tags },
        reason: { code: one.verdict.reason.code, text: reasonText(one.verdict) },
        ruleId: null,
        sizeBytes: sizeWithChildren(artifact, byKey),
        ...{ pushedAt: iso(artifact.pushedAt), lastPulledAt: iso(artifact.lastPulledAt) },
        imageCreatedAt: iso(artifact.createdAt),
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
