import { availableParallelism } from "node:os";
import type { RunNumbers } from "@/contracts/history";
import { strictestLimits } from "@/domain/reclaim/apply-limits";
import { BlobTable } from "@/domain/reclaim/blob-table";
import { type SettledRow, SpacePlan } from "@/domain/reclaim/space-plan";
import type { RuleLimits } from "@/domain/rules/rule";
import type { RunContext } from "@/server/history/run-context";
import { copyPlanItems, PlanSpool } from "@/server/history/run-journal";
import { listRepositoriesToRead } from "@/server/images/list-repositories-to-read";
import { type RepositoryRow, weightOf } from "@/server/images/read-listed-repositories";
import { type BulkConnection, openBulkConnection, withBulkConnection } from "@/server/platform/db/bulk-connection";
import { pullTrackingSince } from "@/server/registries/pull-tracking";
import type { requireSpace } from "@/server/spaces/require-space";
import { decideInThreads } from "./decide-in-threads";
import { type Decision, type DecisionTargets, decideRepositories } from "./decide-repositories";
import { findBlobsHeldElsewhere } from "./find-blobs-held-elsewhere";
import { leftOutText } from "./plan-row";
import { graceMs } from "./planned-run";
import type { ReclaimOptions } from "./reclaim-options";

type Space = Awaited<ReturnType<typeof requireSpace>>;

/** From so many images on a thread is worth its start; a repository that is larger than this is one's own business, and needs more memory. */
const IMAGES_FOR_THREADS = 40_000;
const REPOSITORY_FOR_THREADS = 4_000;
const THREADS_MAX = 2;
/** The database reads and writes meanwhile: of two cores one is its. */
const CORES_FOR_A_THREAD = 2;
/** From so many on a second connection is worth its start. */
const IMAGES_FOR_TWO_WRITERS = 4_000;

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
  const run = { id: context.run.id, workspaceId: context.run.workspaceId, epoch: context.epoch };
  const spools: PlanSpool[] = [];
  try {
    const settled = await withBulkConnection(signal, async (reader) => {
      await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      const decision = await decisionOf(context, space, rules, reader);
      const count = threads ?? threadsFor(decision.repositories);
      const isLarge = count > 0 || countImages(decision.repositories) >= IMAGES_FOR_TWO_WRITERS;
      // There when it is needed, but not left idle while threads take their time. Who has read is the other one who writes.
      let another = isLarge && count === 0 ? openBulkConnection(signal) : null;
      another?.catch(() => undefined);
      try {
        const limits = strictestLimits(rules.map((rule) => rule.definition));
        const whole = await settle(decision, space, count, { run, limits, reader, spools }, signal);
        if (isLarge) another ??= openBulkConnection(signal);
        const writers = another === null ? [reader] : [reader, (await another).connection];
        const items = { spools, count: whole.plannedCount + whole.leftOutCount + whole.keptCount };
        await copyPlanItems(writers, run, items, (row) => numbersOf(whole.row(row)), signal);
        (await another)?.release();
        return whole;
      } finally {
        another?.then(({ close }) => close()).catch(() => undefined);
      }
    });
    return {
      itemsTotal: settled.plannedCount + settled.leftOutCount,
      itemsLeftOut: settled.leftOutCount,
      itemsKept: settled.keptCount,
      tagsTotal: settled.totals.tags,
      logicalBytes: settled.totals.logicalBytes,
      uniqueBytes: settled.totals.freedBytes,
    };
  } finally {
    await closeAll(spools);
  }
}

interface PlanTargets {
  run: PlanSpool["run"];
  limits: RuleLimits;
  reader: BulkConnection;
  /** Those that rows went to, afterwards. */
  spools: PlanSpool[];
}

/** Decides everything and settles what only the whole says, by `threads` of them where their memory does. Ends the reader's transaction. */
async function settle(
  decision: Decision,
  space: Space,
  threads: number,
  targets: PlanTargets,
  signal: AbortSignal,
): Promise<ReturnType<SpacePlan["finish"]>> {
  const { run, limits, reader, spools } = targets;
  const blobs = new BlobTable();
  const plan = new SpacePlan(limits, blobs);
  if (threads === 0 || !(await decideTogether(decision, threads, targets, { blobs, plan }, signal))) {
    await closeAll(spools);
    const spool = await PlanSpool.open(run);
    spools.push(spool);
    const write: DecisionTargets["write"] = (_, rows) => spool.add(rows);
    await decideRepositories(decision, { reader, blobs, plan, write }, signal);
  }
  const isHeld = await findBlobsHeldElsewhere(reader, space, blobs, () => plan.openBlobs());
  await reader.query("COMMIT");
  signal.throwIfAborted();
  return plan.finish(isHeld);
}

/** By so many threads, as of the reader's moment; false where their memory does not do. */
async function decideTogether(
  decision: Decision,
  threads: number,
  { run, limits, reader, spools }: PlanTargets,
  result: { blobs: BlobTable; plan: SpacePlan },
  signal: AbortSignal,
): Promise<boolean> {
  for (let at = 0; at < threads; at++) spools.push(await PlanSpool.open(run));
  const [held] = await reader.query<{ snapshot: string }>("SELECT pg_export_snapshot() AS snapshot");
  return decideInThreads(decision, { snapshot: held?.snapshot ?? "", limits, spools }, result, signal);
}

async function closeAll(spools: PlanSpool[]): Promise<void> {
  for (let spool = spools.pop(); spool !== undefined; spool = spools.pop()) await spool.close();
}

function countImages(repositories: readonly RepositoryRow[]): number {
  return repositories.reduce((sum, { imageCount }) => sum + imageCount, 0);
}

function threadsFor(repositories: readonly RepositoryRow[]): number {
  let images = 0;
  let largest = 0;
  for (const repository of repositories) {
    const weight = weightOf(repository);
    images += weight;
    largest = Math.max(largest, weight);
  }
  if (images < IMAGES_FOR_THREADS || largest > REPOSITORY_FOR_THREADS) return 0;
  return Math.max(1, Math.min(THREADS_MAX, Math.floor(availableParallelism() / CORES_FOR_A_THREAD)));
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

function numbersOf({ ordinal, limit, logicalSizeBytes, uniqueSizeBytes, ownSizeBytes }: SettledRow) {
  return {
    ordinal,
    sizeBytes: logicalSizeBytes,
    uniqueBytes: uniqueSizeBytes,
    ownBytes: ownSizeBytes,
    leftOut: limit === null ? null : leftOutText(limit),
  };
}
