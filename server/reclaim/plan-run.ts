import type { RunNumbers } from "@/contracts/history";
import { applyLimits, type LimitName, strictestLimits } from "@/domain/reclaim/apply-limits";
import type { ArtifactVerdict, PlanItem } from "@/domain/reclaim/plan";
import { planReclaim } from "@/domain/reclaim/plan-reclaim";
import type { Artifact } from "@/domain/rules/facts";
import { reasonText } from "@/domain/rules/reason-text";
import type { RunContext } from "@/server/history/run-context";
import { deleteRunItems, insertRunItems, type NewRunItem } from "@/server/history/run-journal";
import { loadSpaceFacts } from "@/server/images/load-space-facts";
import { env } from "@/server/platform/env";
import { requireSpace } from "@/server/spaces/require-space";
import { listBlobsHeldElsewhere, listDigestsElsewhere } from "./reclaim.store";
import { reclaimOptions } from "./reclaim-options";

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

/**
 * Plans a run and writes every verdict as an item: what goes in the order of moving, then what a limit leaves out, then what
 * is kept. Answers the plan's numbers. Done as a whole: what an interrupted planning wrote is dropped first.
 */
export async function planRun(context: RunContext): Promise<RunNumbers> {
  const { run, scope } = context;
  const space = await requireSpace(scope, run.spaceId);
  const { rules } = reclaimOptions(run.options);
  await deleteRunItems({ id: run.id, epoch: context.epoch });
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
    // Pulls are known from notifications, which only a registry whose token server we are sends us.
    pullTrackingSinceMs: space.registry.auth === "console" ? space.registry.createdAt.getTime() : null,
    isDigestElsewhere: (digest) => elsewhere.has(digest),
    isBlobHeldElsewhere,
  });
  const limited = applyLimits(plan, strictestLimits(rules.map((rule) => rule.definition)), {
    artifacts,
    isBlobHeldElsewhere,
  });
  const verdicts = new Map(plan.verdicts.map((one) => [keyOf(one), one]));
  const kept = plan.verdicts.filter((one) => one.verdict.decision === "keep" && !one.isMember);
  const items = [
    ...limited.items.map((item) => goingItem(item, verdicts, null)),
    ...limited.leftOut.map(({ item, limit }) => goingItem(item, verdicts, limit)),
    ...keptItems(kept, artifacts),
  ].map((item, ordinal): NewRunItem => ({ ...item, ordinal }));
  await insertRunItems(run.workspaceId, run.id, items);
  const { totals } = limited;
  return {
    itemsTotal: limited.items.length + limited.leftOut.length,
    itemsKept: kept.length,
    tagsTotal: totals.tags,
    logicalBytes: totals.logicalBytes,
    uniqueBytes: totals.freedBytes,
  };
}

type Unnumbered = Omit<NewRunItem, "ordinal">;
const keyOf = (one: { repositoryName: string; digest: string }) => `${one.repositoryName}@${one.digest}`;
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
