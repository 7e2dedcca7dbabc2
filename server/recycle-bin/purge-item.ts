import { recordAudit } from "@/server/history/record-audit";
import type { RunItemRecord } from "@/server/history/run-journal";
import { prisma } from "@/server/platform/db/prisma";
import { deleteEntry, findMovingEntry, type MovingEntry, writeEnded, writeNotEnded } from "./bin-move.store";
import { removeFromBin } from "./bin-references";
import { DUE } from "./create-bin-run";
import { writeProblem } from "./entry-state.store";
import { enterStep, imageName, type Move, reach, writeItem } from "./move";
import { reasonTextOf, recordMoves } from "./record-move";

/** Removes one entry from the bin for good: remove → finish, safe to do again. Manifests that another entry needs stay for it. */
export async function purgeItem(move: Move, item: RunItemRecord): Promise<void> {
  const { context } = move;
  const entry = await findMovingEntry(context.run.workspaceId, item.binEntryId ?? "");
  if (entry === null)
    return writeItem(context, item, { state: "skipped_stale", step: null, error: "the entry is gone" });
  if (item.state === "planned" && isGivenMoreTime(item, entry))
    return leaveInBin(move, item, entry, "the recycle bin keeps it longer by now");
  if (hasBegunToLeave(entry))
    return leaveInBin(move, item, entry, "it had begun to leave its repository, so that this may be its only copy");
  await move.lock.withRepository(entry.binRepositoryName, async () => {
    await enterStep(move, item, "remove");
    await removeFromBin(move, [{ item, entry }]);
    await finish(move, item, entry);
  });
}

/** Whether somebody made the bin keep its entries longer since this one was found to be due. */
function isGivenMoreTime({ reason }: RunItemRecord, { recycledAt, purgeAfter }: MovingEntry): boolean {
  const isDue = (reason as { code?: unknown }).code === DUE;
  return isDue && recycledAt !== null && (purgeAfter === null || purgeAfter > new Date());
}

/** Whether it never arrived in the bin, and its source may lack something of it: then it is no half-made copy to take away. */
function hasBegunToLeave({ recycledAt, manifests }: MovingEntry): boolean {
  return recycledAt === null && manifests.some((manifest) => manifest.isRemovedAtSource);
}

function leaveInBin(move: Move, item: RunItemRecord, entry: MovingEntry, error: string): Promise<void> {
  return prisma().$transaction(async (tx) => {
    await writeItem(move.context, item, { state: "skipped_stale", step: null, error }, tx);
    await writeNotEnded(tx, entry.id);
  });
}

/** An entry that could not be purged stays in the bin, and is due again. */
export function failPurge(move: Pick<Move, "context">, item: RunItemRecord, error: string): Promise<void> {
  return prisma().$transaction(async (tx) => {
    await writeItem(move.context, item, { state: "failed", step: null, error }, tx);
    if (item.binEntryId === null) return;
    await writeNotEnded(tx, item.binEntryId);
    await writeProblem(tx, item.binEntryId, { action: "purge", text: error, runId: item.runId });
  });
}

async function finish(move: Move, item: RunItemRecord, entry: MovingEntry): Promise<void> {
  const { context, space } = move;
  await reach(move, item, "finish");
  await prisma().$transaction(async (tx) => {
    await writeItem(context, item, { state: "done", step: null, error: null }, tx);
    // What an interrupted run left half-made was never in the bin: nothing is purged by taking it away.
    if (entry.recycledAt === null) return deleteEntry(tx, entry.id);
    await writeEnded(tx, [entry.id], "purged");
    await recordMoves(tx, move, [{ item, kind: "purged", tags: entry.tags, reason: reasonTextOf(item) }]);
    await recordAudit(tx, {
      workspaceId: space.workspaceId,
      spaceId: space.id,
      actor: context.scope.actor,
      action: "bin.purge",
      resourceType: "bin_entry",
      resourceId: entry.id,
      data: {
        image: imageName(
          entry.repositoryName,
          entry.tags.map((tag) => tag.name),
          entry.digest,
        ),
        repository: entry.repositoryName,
        digest: entry.digest,
        tags: entry.tags.map((tag) => tag.name),
        runId: context.run.id,
        sizeBytes: Number(entry.sizeBytes),
      },
    });
  });
}
