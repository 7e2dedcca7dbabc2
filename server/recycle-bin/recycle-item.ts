import { findRunItem, type RunItemRecord } from "@/server/history/run-journal";
import { prisma, type Transaction } from "@/server/platform/db/prisma";
import type { RawManifest } from "@/server/platform/registry/registry-adapter";
import {
  deleteEntry,
  findMovingEntry,
  type MovingEntry,
  type RecyclingEntry,
  withdrawRemovals,
} from "./bin-move.store";
import { removeFromBin } from "./bin-references";
import { writeProblem } from "./entry-state.store";
import { finishRecycles } from "./finish-recycle";
import { enterStep, type Move, reach, writeItem } from "./move";
import { IncompleteImage, readRecorded } from "./read-closure";
import { recordItems } from "./record-items";
import type { RecycleGuard } from "./recycle-guard";
import { mayBeLeaving } from "./removal-attempts";
import { removeAtSource } from "./remove-at-source";

/** The end of a move that came to nothing. */
type Outcome = { state: "skipped_stale" | "failed"; error: string };

const ABANDON = "abandon-";

/**
 * Moves one image into the recycle bin: record → copy → verify → remove, each step journaled before it is done and safe to
 * do again. Until something is removed the move can be abandoned without a trace; from then on it only goes forward.
 */
export async function recycleItem(move: Move, item: RunItemRecord, guard: RecycleGuard): Promise<void> {
  const { adapter, context, signal } = move;
  let entry: RecyclingEntry | null = null;
  if (item.binEntryId !== null) entry = await findMovingEntry(context.run.workspaceId, item.binEntryId);
  if (item.step?.startsWith(ABANDON)) return finishAbandon(move, item, entry);
  let step = item.step;
  if (entry === null) {
    const [recorded] = await recordItems(move, [item], guard);
    if (recorded === undefined) return;
    entry = recorded.entry;
    step = "copy";
    await reach(move, item, step);
  }
  if (step !== "remove") {
    const digests = entry.manifests.map((manifest) => manifest.digest);
    const manifests = await readRecorded(move.sight, [item.repositoryName, entry.binRepositoryName], digests);
    if (step === "copy")
      await adapter.copy({ from: item.repositoryName, to: entry.binRepositoryName, manifests, signal });
    await enterStep(move, item, "verify");
    await requireWholeCopy(move, entry, manifests);
  }
  const one = { item, entry };
  const stale = await move.lock.withRepository(item.repositoryName, () => removeAtSource(move, one, guard));
  if (stale !== null) await abandon(move, item, entry, { state: "skipped_stale", error: stale });
}

/** @throws IncompleteImage where the bin lacks something: then nothing may be removed */
export async function requireWholeCopy(
  move: Move,
  entry: RecyclingEntry,
  manifests: readonly RawManifest[],
): Promise<void> {
  const [first] = await move.sight.missingOf(entry.binRepositoryName, manifests, move.signal);
  if (first) throw new IncompleteImage(`its copy is not complete: ${first.digest} ${first.reason}`);
}

/** What becomes of an item whose move failed for good: nothing of it is left behind, or it is wholly in the bin. */
export async function failRecycle(move: Move, given: RunItemRecord, error: string): Promise<void> {
  const { context } = move;
  const item = (await findRunItem(context.run.id, given.ordinal)) ?? given;
  const entry = item.binEntryId === null ? null : await findMovingEntry(context.run.workspaceId, item.binEntryId);
  if (entry === null) return writeItem(context, item, { state: "failed", step: null, error });
  const begun = entry.manifests.filter((manifest) => manifest.isRemovedAtSource);
  if (begun.length > 0 && !(await isSafeAtSource(move, entry))) {
    return move.lock.withRepository(item.repositoryName, () =>
      finishRecycles(move, [
        { item, entry, state: "failed", error: `it is in the recycle bin, but ${error}`, isGone: false },
      ]),
    );
  }
  try {
    await abandon(move, item, entry, { state: "failed", error });
  } catch (cleanupError) {
    context.signal.throwIfAborted();
    // The half-made entry stays `recycling`; the reconciler has it purged once the run has ended.
    const detail = cleanupError instanceof Error ? cleanupError.message : String(cleanupError);
    const text = `${error} (and its copy is still there: ${detail})`;
    await prisma().$transaction(async (tx) => {
      await writeItem(context, item, { state: "failed", step: null, error: text }, tx);
      await writeProblem(tx, entry.id, { action: "recycle", text, runId: context.run.id });
    });
  }
}

/** Unknown counts as no: then the entry is kept, which loses nothing. */
async function isSafeAtSource(move: Move, entry: MovingEntry): Promise<boolean> {
  const { repositoryName, manifests } = entry;
  try {
    for (const { digest } of manifests) if ((await move.adapter.resolve(repositoryName, digest)) === null) return false;
    return !(await mayBeLeaving(move, entry));
  } catch {
    return false;
  }
}

/** Ends a move of which nothing was removed: the copy goes, unless another entry needs it, and the entry never was. */
export async function abandon(move: Move, item: RunItemRecord, entry: RecyclingEntry, outcome: Outcome): Promise<void> {
  // With it goes what was noted to be removed: else an entry whose move ends here would be taken for one that had begun to leave.
  await prisma().$transaction(async (tx) => {
    await writeItem(move.context, item, { step: `${ABANDON}${outcome.state}`, error: outcome.error }, tx);
    await withdrawRemovals(tx, entry.id);
  });
  await finishAbandon(move, { ...item, step: `${ABANDON}${outcome.state}`, error: outcome.error }, entry);
}

async function finishAbandon(move: Move, item: RunItemRecord, entry: RecyclingEntry | null): Promise<void> {
  const state = item.step === `${ABANDON}failed` ? "failed" : "skipped_stale";
  const end = (tx: Transaction) => writeItem(move.context, item, { state, step: null, binEntryId: null }, tx);
  if (entry === null) return prisma().$transaction(end);
  await move.lock.withRepository(entry.binRepositoryName, async () => {
    await removeFromBin(move, [{ item, entry }]);
    await prisma().$transaction(async (tx) => {
      await deleteEntry(tx, entry.id);
      await end(tx);
    });
  });
}
