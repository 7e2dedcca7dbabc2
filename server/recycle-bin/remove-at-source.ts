import { stillRemovable } from "@/domain/recycle-bin/still-removable";
import { recordAudit } from "@/server/history/record-audit";
import type { RunItemRecord } from "@/server/history/run-journal";
import { refreshImages } from "@/server/images/refresh-images";
import { lockRepository } from "@/server/images/remember-manifests";
import { prisma } from "@/server/platform/db/prisma";
import {
  findRecordedTags,
  forgetRemoved,
  insertEntryTags,
  type MovingEntry,
  writeHeld,
  writeRemovals,
} from "./bin-move.store";
import { freshFacts } from "./fresh-facts";
import { imageName, type Move, reach, writeItem } from "./move";
import { readRecorded } from "./read-closure";
import { reasonTextOf, recordMove } from "./record-move";
import type { RecycleGuard } from "./recycle-guard";

/**
 * The step after which there is no way back, under the repository's lock: looks once more, notes what will go, removes it and
 * ends the item. Answers why the image stays, when nothing was removed. May be done again after a kill anywhere in it.
 */
export async function removeAtSource(
  move: Move,
  item: RunItemRecord,
  entry: MovingEntry,
  guard: RecycleGuard,
): Promise<string | null> {
  const { adapter, context, space } = move;
  const { repositoryName } = item;
  const digests = new Set(entry.manifests.map((manifest) => manifest.digest));
  const look = () => freshFacts(context.scope, move.views, { spaceId: space.id, repositoryName }, digests, move.signal);
  const begun = entry.manifests.filter((manifest) => manifest.isRemovedAtSource).map((manifest) => manifest.digest);

  if ((await adapter.resolve(repositoryName, entry.digest)) !== null) {
    if (await isPartlyGone(move, item, begun)) return stayWhole(move, item, entry);
    const verdict = await guard.beforeRemoval(item, await look());
    if ("stale" in verdict) return verdict.stale;
    // Of what an earlier attempt noted nothing more may go than it noted: the tags of the rest are no longer recorded.
    const removed = [...digests].filter(
      (digest) => verdict.removable.has(digest) && (begun.length === 0 || begun.includes(digest)),
    );
    await prisma().$transaction(async (tx) => {
      await writeItem(context, item, { step: "remove" }, tx);
      await writeRemovals(tx, entry.id, removed);
    });
    await reach(move, item, "remove-top");
    await removeTop(move, item, entry);
    await removeParts(move, item, entry, removed);
    if (removed.length > 1 && (await adapter.resolve(repositoryName, entry.digest)) !== null)
      return stayWhole(move, item, entry);
  } else if (begun.length > 0) {
    const recordedTags = new Set(entry.tags.map((tag) => tag.name));
    const removable = stillRemovable(await look(), new Set(begun), recordedTags);
    await removeParts(
      move,
      item,
      entry,
      begun.filter((digest) => removable.has(digest)),
    );
    if ((await adapter.resolve(repositoryName, entry.digest)) !== null) return stayWhole(move, item, entry);
  }
  // Else somebody else removed it: what we have is the last copy, and it is kept.
  await finishRecycle(move, item, entry, { state: "done", error: null, isGone: true });
  return null;
}

/**
 * Somebody pushed it again after its removal had begun: it stays where they put it, beside the copy. What they found there when they
 * pushed, and we took away afterwards, is put back.
 */
async function stayWhole(move: Move, item: RunItemRecord, entry: MovingEntry): Promise<null> {
  const { adapter, signal } = move;
  const { repositoryName, binRepositoryName } = entry;
  const digests = entry.manifests.map((manifest) => manifest.digest);
  const manifests = await readRecorded(adapter, [binRepositoryName, repositoryName], digests);
  await adapter.copy({ from: binRepositoryName, to: repositoryName, manifests, signal });
  const error = "it was pushed again meanwhile and stays there too";
  await finishRecycle(move, item, entry, { state: "done", error, isGone: false });
  return null;
}

async function isPartlyGone(move: Move, item: RunItemRecord, begun: readonly string[]): Promise<boolean> {
  for (const digest of begun) if ((await move.adapter.resolve(item.repositoryName, digest)) === null) return true;
  return false;
}

/** Deletes the image with every tag on it; a tag that came to it in this very moment is recorded, so that it is not lost. */
async function removeTop(move: Move, item: RunItemRecord, entry: MovingEntry): Promise<void> {
  const { adapter, context } = move;
  const before = await adapter.listTags(item.repositoryName);
  await adapter.deleteManifest(item.repositoryName, entry.digest);
  const after = new Set(await adapter.listTags(item.repositoryName));
  const known = new Set(entry.tags.map((tag) => tag.name));
  const vanished = before.filter((name) => !after.has(name) && !known.has(name));
  if (vanished.length === 0) return;
  context.log("tags_recorded_late", { repository: item.repositoryName, tags: vanished });
  const tags = vanished.map((name) => ({ name, digest: entry.digest }));
  await prisma().$transaction((tx) => insertEntryTags(tx, entry, tags));
}

/** Parts after the whole, referrers before what they refer to: the reverse of the order of PUT. */
async function removeParts(
  move: Move,
  item: RunItemRecord,
  entry: MovingEntry,
  digests: readonly string[],
): Promise<void> {
  const going = new Set(digests);
  for (const { digest, role } of entry.manifests.toReversed()) {
    if (role === "top" || !going.has(digest)) continue;
    await reach(move, item, "remove-part");
    await move.adapter.deleteManifest(item.repositoryName, digest);
  }
}

const digestsOf = (entry: MovingEntry) => entry.manifests.map((manifest) => manifest.digest);

/** Ends the move in one transaction: the entry is held, the inventory has lost it, history knows, the item is done. */
export async function finishRecycle(
  move: Move,
  item: RunItemRecord,
  entry: MovingEntry,
  end: { state: "done" | "failed"; error: string | null; isGone: boolean },
): Promise<void> {
  const { context, space } = move;
  await reach(move, item, "finish");
  await prisma().$transaction(async (tx) => {
    const repositoryId = await lockRepository(tx, {
      workspaceId: space.workspaceId,
      spaceId: space.id,
      registryId: space.registryId,
      name: item.repositoryName,
    });
    await writeHeld(tx, entry.id);
    // Where the end is not certain the next crawl says what is there.
    if (end.isGone) await forgetRemoved(tx, repositoryId, entry.id);
    await recordMove(tx, move, item, {
      kind: "recycled",
      // Those of the row, not of the entry as it was read: one that came in the very moment of removal is among them.
      tags: await findRecordedTags(tx, entry.id),
      ruleId: entry.ruleId,
      reason: end.error ?? reasonTextOf(item),
    });
    await recordAudit(tx, {
      workspaceId: space.workspaceId,
      spaceId: space.id,
      actor: context.scope.actor,
      action: "bin.recycle",
      resourceType: "bin_entry",
      resourceId: entry.id,
      data: {
        image: imageName(item.repositoryName, item.tags, item.digest),
        repository: item.repositoryName,
        digest: item.digest,
        tags: item.tags,
        ruleId: entry.ruleId,
        ruleRevision: entry.ruleRevision,
        runId: context.run.id,
        sizeBytes: Number(entry.sizeBytes),
      },
    });
    await writeItem(context, item, { state: end.state, step: null, error: end.error }, tx);
    if (end.isGone) await refreshImages(tx, { id: repositoryId, registryId: space.registryId }, digestsOf(entry));
  });
}
