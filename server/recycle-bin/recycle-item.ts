import { binRepositoryName } from "@/domain/recycle-bin/bin-repository";
import { findRunItem, type RunItemRecord } from "@/server/history/run-journal";
import { rememberManifests } from "@/server/images/remember-manifests";
import { prisma, type Transaction } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import {
  deleteEntry,
  findMovingEntry,
  findReferrerDigests,
  insertEntry,
  type MovingEntry,
  withdrawRemovals,
} from "./bin-move.store";
import { removeFromBin } from "./bin-references";
import { enterStep, type Move, reach, writeItem } from "./move";
import { IncompleteImage, readClosure, readRecorded } from "./read-closure";
import type { RecycleGuard } from "./recycle-guard";
import { finishRecycle, removeAtSource } from "./remove-at-source";

/** The end of a move that came to nothing. */
type Outcome = { state: "skipped_stale" | "failed"; error: string };

const ABANDON = "abandon-";

/**
 * Moves one image into the recycle bin: record → copy → verify → remove, each step journaled before it is done and safe to
 * do again. Until something is removed the move can be abandoned without a trace; from then on it only goes forward.
 */
export async function recycleItem(move: Move, item: RunItemRecord, guard: RecycleGuard): Promise<void> {
  const { adapter, context } = move;
  let entry = item.binEntryId === null ? null : await findMovingEntry(context.run.workspaceId, item.binEntryId);
  if (item.step?.startsWith(ABANDON)) return finishAbandon(move, item, entry);
  let step = entry === null ? "record" : item.step;
  if (entry === null) {
    entry = await record(move, item, guard);
    if (entry === null) return;
    step = "copy";
    await reach(move, item, step);
  }
  if (step !== "remove") {
    const manifests = await readRecorded(
      adapter,
      [item.repositoryName, entry.binRepositoryName],
      entry.manifests.map((manifest) => manifest.digest),
    );
    if (step === "copy") {
      const { signal } = move;
      await adapter.copy({ from: item.repositoryName, to: entry.binRepositoryName, manifests, signal });
    }
    await enterStep(move, item, "verify");
    const missing = await adapter.verify({ repository: entry.binRepositoryName, manifests, signal: move.signal });
    const [first] = missing;
    if (first) throw new IncompleteImage(`its copy is not complete: ${first.digest} ${first.reason}`);
    await enterStep(move, item, "remove");
  }
  const recorded = entry;
  const stale = await move.lock.withRepository(item.repositoryName, () => removeAtSource(move, item, recorded, guard));
  if (stale !== null) await abandon(move, item, recorded, { state: "skipped_stale", error: stale });
}

/** What becomes of an item whose move failed for good: nothing of it is left behind, or it is wholly in the bin. */
export async function failRecycle(move: Move, given: RunItemRecord, error: string): Promise<void> {
  const { context } = move;
  const item = (await findRunItem(context.run.id, given.ordinal)) ?? given;
  const entry = item.binEntryId === null ? null : await findMovingEntry(context.run.workspaceId, item.binEntryId);
  if (entry === null) return writeItem(context, item, { state: "failed", step: null, error });
  const begun = entry.manifests.filter((manifest) => manifest.isRemovedAtSource);
  if (begun.length > 0 && !(await isWholeAtSource(move, entry))) {
    return move.lock.withRepository(item.repositoryName, () =>
      finishRecycle(move, item, entry, {
        ...{ state: "failed", error: `it is in the recycle bin, but ${error}`, isGone: false },
      }),
    );
  }
  try {
    await abandon(move, item, entry, { state: "failed", error });
  } catch (cleanupError) {
    context.signal.throwIfAborted();
    // The half-made entry stays `recycling`; the reconciler has it purged once the run has ended.
    const detail = cleanupError instanceof Error ? cleanupError.message : String(cleanupError);
    await writeItem(context, item, {
      state: "failed",
      step: null,
      error: `${error} (and its copy is still there: ${detail})`,
    });
  }
}

/** Unknown counts as no: then the entry is kept, which loses nothing. */
async function isWholeAtSource({ adapter }: Move, { repositoryName, manifests }: MovingEntry): Promise<boolean> {
  try {
    for (const { digest } of manifests) if ((await adapter.resolve(repositoryName, digest)) === null) return false;
    return true;
  } catch {
    return false;
  }
}

/** Reads the image from the registry and writes the entry with all that restoring needs. Null = the item has ended. */
async function record(move: Move, item: RunItemRecord, guard: RecycleGuard): Promise<MovingEntry | null> {
  const { adapter, context, space } = move;
  const { repositoryName, digest } = item;
  await enterStep(move, item, "record");
  const stop = async (error: string) => {
    await writeItem(context, item, { state: "skipped_stale", step: null, error });
    return null;
  };
  const refused = await guard.beforeCopy(item);
  if (refused !== null) return stop(refused);
  const tagNames = await adapter.listTags(repositoryName, move.signal);
  let closure: Awaited<ReturnType<typeof readClosure>>;
  try {
    closure = await readClosure(adapter, repositoryName, digest, {
      tagNames,
      findReferrers: (subjects) => findReferrerDigests(space.registryId, repositoryName, subjects),
    });
  } catch (error) {
    if (error instanceof IncompleteImage) return stop(error.message);
    throw error;
  }
  if (closure === null) return stop("it is no longer in the registry");
  const { manifests, sizeBytes } = closure;
  const top = manifests.find((manifest) => manifest.role === "top");
  const tags = await readTags(move, item, tagNames, new Set(manifests.map(({ raw }) => raw.digest)));
  const entryId = newId("bin");
  const binRepository = binRepositoryName(space.id, repositoryName);
  // Under the bin's lock: whoever removes something from it sees what this entry needs, or has removed it before.
  await move.lock.withRepository(binRepository, () =>
    prisma().$transaction(async (tx) => {
      await rememberManifests(
        tx,
        space.registryId,
        manifests.map(({ raw }) => raw),
      );
      await insertEntry(
        tx,
        {
          id: entryId,
          workspaceId: space.workspaceId,
          spaceId: space.id,
          registryId: space.registryId,
          repositoryName,
          binRepositoryName: binRepository,
          digest,
          mediaType: top?.raw.mediaType ?? "",
          kind: item.kind,
          reason: reasonOf(item),
          ...guard.ruleOf(item),
          runId: context.run.id,
          actorName: context.run.requestedByName,
          sizeBytes,
          pushedAt: item.pushedAt,
          lastPulledAt: item.lastPulledAt,
        },
        manifests.map(({ raw, role }) => ({
          digest: raw.digest,
          role,
          mediaType: raw.mediaType,
          sizeBytes: raw.body.length,
        })),
        tags,
      );
      await writeItem(context, item, { step: "copy", binEntryId: entryId }, tx);
    }),
  );
  return findMovingEntry(space.workspaceId, entryId);
}

function reasonOf(item: RunItemRecord): { code: string; text: string } {
  const { code, text } = item.reason as { code: string; text: string };
  return { code, text };
}

/** Which of the tags that may point at a part of the image do so now. */
async function readTags(
  move: Move,
  item: RunItemRecord,
  tagNames: readonly string[],
  digests: ReadonlySet<string>,
): Promise<{ name: string; digest: string }[]> {
  const { tags } = await move.views.see(
    item.repositoryName,
    (tag, lastSeen) => item.tags.includes(tag) || (lastSeen !== undefined && digests.has(lastSeen)),
    move.signal,
  );
  return tagNames.flatMap((name) => {
    const digest = tags.get(name);
    return digest !== undefined && digests.has(digest) ? [{ name, digest }] : [];
  });
}

/** Ends a move of which nothing was removed: the copy goes, unless another entry needs it, and the entry never was. */
async function abandon(move: Move, item: RunItemRecord, entry: MovingEntry, outcome: Outcome): Promise<void> {
  // With it goes what was noted to be removed: else an entry whose move ends here would be taken for one that had begun to leave.
  await prisma().$transaction(async (tx) => {
    await writeItem(move.context, item, { step: `${ABANDON}${outcome.state}`, error: outcome.error }, tx);
    await withdrawRemovals(tx, entry.id);
  });
  await finishAbandon(move, { ...item, step: `${ABANDON}${outcome.state}`, error: outcome.error }, entry);
}

async function finishAbandon(move: Move, item: RunItemRecord, entry: MovingEntry | null): Promise<void> {
  const state = item.step === `${ABANDON}failed` ? "failed" : "skipped_stale";
  const end = (tx: Transaction) => writeItem(move.context, item, { state, step: null, binEntryId: null }, tx);
  if (entry === null) return prisma().$transaction(end);
  await move.lock.withRepository(entry.binRepositoryName, async () => {
    await removeFromBin(move, item, entry);
    await prisma().$transaction(async (tx) => {
      await deleteEntry(tx, entry.id);
      await end(tx);
    });
  });
}
