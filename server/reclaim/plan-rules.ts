import { availableParallelism } from "node:os";
import type { RunNumbers } from "@/contracts/history";
import { strictestLimits } from "@/domain/reclaim/apply-limits";
import { BlobTable } from "@/domain/reclaim/blob-table";
import { type SettledRow, SpacePlan } from "@/domain/reclaim/space-plan";
import type { RunContext } from "@/server/history/run-context";
import { copyPlanItems, PlanSpool } from "@/server/history/run-journal";
import { listRepositoriesToRead } from "@/server/images/list-repositories-to-read";
import type { RepositoryRow } from "@/server/images/read-listed-repositories";
import { type BulkConnection, withBulkConnection } from "@/server/platform/db/bulk-connection";
import { pullTrackingSince } from "@/server/registries/pull-tracking";
import type { requireSpace } from "@/server/spaces/require-space";
import { decideInThreads } from "./decide-in-threads";
import { type Decision, type DecisionTargets, decideRepositories } from "./decide-repositories";
import { findBlobsHeldElsewhere } from "./find-blobs-held-elsewhere";
import { leftOutText } from "./plan-row";
import { graceMs } from "./planned-run";
import type { ReclaimOptions } from "./reclaim-options";

type Space = Awaited<ReturnType<typeof requireSpace>>;

/** From so many images on threads are worth their start; a repository that is larger than this is one's own business, and needs more memory. */
const IMAGES_FOR_THREADS = 40_000;
const REPOSITORY_FOR_THREADS = 4_000;
const THREADS_MAX = 2;

/**
 * Plans a run by rules over everything in the space, within the rules' limits, and writes its items. Reads, decides and writes repository by
 * repository, all as of one moment: memory grows with the largest repository, and by a few dozen bytes an image and blob. Large spaces are
 * decided by threads; `threads` = so many in any case, 0 = none.
 */
export async function planRules(
  context: RunContext,
  space: Space,
  rules: ReclaimOptions["rules"],
  threads?: number,
): Promise<RunNumbers> {
  const { signal } = context;
  const spools: PlanSpool[] = [];
  try {
    const settled = await withBulkConnection(signal, async (reader) => {
      await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      const limits = strictestLimits(rules.map((rule) => rule.definition));
      const blobs = new BlobTable();
      const plan = new SpacePlan(limits, blobs);
      const decision = await decisionOf(context, space, rules, reader);
      const count = threads ?? threadsFor(decision.repositories);
      for (let at = 0; at < Math.max(1, count); at++) spools.push(await PlanSpool.open());
      if (count > 0) {
        const [held] = await reader.query<{ snapshot: string }>("SELECT pg_export_snapshot() AS snapshot");
        await decideInThreads(decision, { snapshot: held?.snapshot ?? "", limits, spools }, { plan, blobs }, signal);
      } else {
        const write: DecisionTargets["write"] = async (_, rows) => spools[0]?.add(rows);
        await decideRepositories(decision, { reader, blobs, plan, write }, signal);
      }
      const isHeld = await findBlobsHeldElsewhere(reader, space, blobs, () => plan.openBlobs());
      signal.throwIfAborted();
      return plan.finish(isHeld);
    });
    const run = { id: context.run.id, workspaceId: context.run.workspaceId, epoch: context.epoch };
    const copy = (writers: readonly BulkConnection[]) =>
      copyPlanItems(writers, run, spools, (row) => numbersOf(settled.row(row)), signal);
    await withBulkConnection(signal, (writer) =>
      spools.length === 1 ? copy([writer]) : withBulkConnection(signal, (another) => copy([writer, another])),
    );
    return {
      itemsTotal: settled.plannedCount + settled.leftOutCount,
      itemsKept: settled.keptCount,
      tagsTotal: settled.totals.tags,
      logicalBytes: settled.totals.logicalBytes,
      uniqueBytes: settled.totals.freedBytes,
    };
  } finally {
    for (const spool of spools) await spool.close();
  }
}

function threadsFor(repositories: readonly RepositoryRow[]): number {
  let images = 0;
  let largest = 0;
  for (const { imageCount } of repositories) {
    images += imageCount;
    largest = Math.max(largest, imageCount);
  }
  if (images < IMAGES_FOR_THREADS || largest > REPOSITORY_FOR_THREADS) return 0;
  return Math.min(THREADS_MAX, availableParallelism());
}

/** Decides a space here, repository by repository. What was decided is written, numbered from `first`, while the next one is decided. */
export async function decideSpace(
  context: RunContext,
  space: Space,
  rules: ReclaimOptions["rules"],
  targets: DecisionTargets,
): Promise<void> {
  await decideRepositories(await decisionOf(context, space, rules, targets.reader), targets, context.signal);
}

async function decisionOf(
  { run }: RunContext,
  space: Space,
  rules: ReclaimOptions["rules"],
  reader: BulkConnection,
): Promise<Decision> {
  const place = { workspaceId: space.workspaceId, registryId: space.registryId, spaceId: space.id };
  const frame = {
    nowMs: run.frozenNow.getTime(),
    graceMs: graceMs(),
    pullTrackingSinceMs: pullTrackingSince(space)?.getTime() ?? null,
  };
  return { place, rules, frame, ...(await listRepositoriesToRead(reader, place)) };
}

function numbersOf({ ordinal, limit, isKept, logicalSizeBytes, uniqueSizeBytes, ownSizeBytes }: SettledRow) {
  return {
    ordinal,
    state: isKept ? "kept" : limit === null ? "planned" : "left_out",
    sizeBytes: logicalSizeBytes,
    uniqueBytes: uniqueSizeBytes,
    ownBytes: ownSizeBytes,
    error: limit === null ? null : leftOutText(limit),
  } as const;
}
