import type { RunItemRecord } from "@/server/history/run-journal";
import { prisma } from "@/server/platform/db/prisma";
import { insertEntryTags, type RecyclingEntry } from "./bin-move.store";
import type { RecycleEnd } from "./finish-recycle";
import { type Move, reach } from "./move";
import { readRecorded } from "./read-closure";

/**
 * Deletes the image with every tag on it; a tag that came to it in this very moment is recorded, so that it is not lost. Given the names
 * of the repository's tags right before, answers those right after.
 */
export async function removeTop(
  move: Move,
  item: RunItemRecord,
  entry: RecyclingEntry,
  before: readonly string[],
): Promise<string[]> {
  const { adapter, context, sight } = move;
  await adapter.deleteManifest(item.repositoryName, entry.digest);
  const after = await sight.listTagNames(item.repositoryName);
  const left = new Set(after);
  const known = new Set(entry.tags.map((tag) => tag.name));
  const vanished = before.filter((name) => !left.has(name) && !known.has(name));
  if (vanished.length > 0) {
    context.log("tags_recorded_late", { repository: item.repositoryName, tags: vanished });
    const tags = vanished.map((name) => ({ entryId: entry.id, name, digest: entry.digest }));
    await prisma().$transaction((tx) => insertEntryTags(tx, entry, tags));
  }
  return after;
}

/** Parts after the whole, referrers before what they refer to: the reverse of the order of PUT. */
export async function removeParts(
  move: Move,
  item: RunItemRecord,
  entry: RecyclingEntry,
  going: ReadonlySet<string>,
): Promise<void> {
  for (const { digest, role } of entry.manifests.toReversed()) {
    if (role === "top" || !going.has(digest)) continue;
    await reach(move, item, "remove-part");
    await move.adapter.deleteManifest(item.repositoryName, digest);
  }
}

/**
 * Somebody pushed it again after its removal had begun: it stays where they put it, beside the copy. What they found there when they
 * pushed, and we took away afterwards, is put back.
 */
export async function stayWhole(move: Move, item: RunItemRecord, entry: RecyclingEntry): Promise<RecycleEnd> {
  const { adapter, signal, sight } = move;
  const { repositoryName, binRepositoryName } = entry;
  const digests = entry.manifests.map((manifest) => manifest.digest);
  const manifests = await readRecorded(sight, [binRepositoryName, repositoryName], digests);
  await adapter.copy({ from: binRepositoryName, to: repositoryName, manifests, signal });
  const error = "it was pushed again meanwhile and stays there too";
  return { item, entry, state: "done", error, isGone: false };
}
