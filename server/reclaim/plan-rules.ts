import type { RunNumbers } from "@/contracts/history";
import { strictestLimits } from "@/domain/reclaim/apply-limits";
import { BlobTable } from "@/domain/reclaim/blob-table";
import { compileRules } from "@/domain/reclaim/plan-reclaim";
import { planRepository } from "@/domain/reclaim/plan-repository";
import { type SettledRow, SpacePlan } from "@/domain/reclaim/space-plan";
import type { RunContext } from "@/server/history/run-context";
import { copyPlanItems, type PlanRow, PlanSpool } from "@/server/history/run-journal";
import { readRepositories } from "@/server/images/read-repositories";
import { type BulkConnection, withBulkConnection } from "@/server/platform/db/bulk-connection";
import { pullTrackingSince } from "@/server/registries/pull-tracking";
import type { requireSpace } from "@/server/spaces/require-space";
import { findBlobsHeldElsewhere } from "./find-blobs-held-elsewhere";
import { leftOutText, planRowOf } from "./plan-row";
import { graceMs } from "./planned-run";
import type { ReclaimOptions } from "./reclaim-options";

type Space = Awaited<ReturnType<typeof requireSpace>>;

/**
 * Plans a run by rules over everything in the space, within the rules' limits, and writes its items. Reads, decides and writes repository by
 * repository, all as of one moment: memory grows with the largest repository, and by a few dozen bytes an image and blob.
 */
export async function planRules(
  context: RunContext,
  space: Space,
  rules: ReclaimOptions["rules"],
): Promise<RunNumbers> {
  const { signal } = context;
  const spool = await PlanSpool.open();
  try {
    const settled = await withBulkConnection(signal, async (reader) => {
      await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      const blobs = new BlobTable();
      const plan = new SpacePlan(strictestLimits(rules.map((rule) => rule.definition)), blobs);
      await decideSpace(context, space, rules, { reader, blobs, plan, write: (_, rows) => spool.add(rows) });
      const isHeld = await findBlobsHeldElsewhere(reader, space, blobs, () => plan.openBlobs());
      signal.throwIfAborted();
      return plan.finish(isHeld);
    });
    const run = { id: context.run.id, workspaceId: context.run.workspaceId, epoch: context.epoch };
    await withBulkConnection(signal, (writer) =>
      copyPlanItems(writer, run, spool, (row) => numbersOf(settled.row(row)), signal),
    );
    return {
      itemsTotal: settled.plannedCount + settled.leftOutCount,
      itemsKept: settled.keptCount,
      tagsTotal: settled.totals.tags,
      logicalBytes: settled.totals.logicalBytes,
      uniqueBytes: settled.totals.freedBytes,
    };
  } finally {
    await spool.close();
  }
}

/** Decides repository by repository. What was decided is written, numbered from `first`, while the next one is decided. */
export async function decideSpace(
  { run, signal }: RunContext,
  space: Space,
  rules: ReclaimOptions["rules"],
  {
    reader,
    blobs,
    plan,
    write,
  }: {
    reader: BulkConnection;
    blobs: BlobTable;
    plan: SpacePlan;
    write: (first: number, rows: readonly PlanRow[]) => Promise<void>;
  },
): Promise<void> {
  const compiled = compileRules(rules);
  const frame = {
    nowMs: run.frozenNow.getTime(),
    graceMs: graceMs(),
    pullTrackingSinceMs: pullTrackingSince(space)?.getTime() ?? null,
  };
  const place = { workspaceId: space.workspaceId, registryId: space.registryId, spaceId: space.id };
  let writing: Promise<void> = Promise.resolve();
  try {
    for await (const { name, artifacts, blobLists, subjectsElsewhere } of readRepositories(reader, place, blobs)) {
      signal.throwIfAborted();
      const isDigestElsewhere = (digest: string) => subjectsElsewhere.has(digest);
      const repository = planRepository({ name, artifacts, ...frame, isDigestElsewhere }, compiled);
      const first = plan.rowCount;
      plan.add(repository, blobLists);
      const rows = repository.images.map(planRowOf);
      await writing;
      writing = write(first, rows);
      // Awaited with the next repository; until then nobody listens.
      writing.catch(() => undefined);
    }
  } finally {
    await writing;
  }
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
