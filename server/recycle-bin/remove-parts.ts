import { stillRemovable } from "@/domain/recycle-bin/still-removable";
import type { Artifact } from "@/domain/rules/facts";
import type { RunItemRecord } from "@/server/history/run-journal";
import { prisma } from "@/server/platform/db/prisma";
import { insertEntryTags, type RecyclingEntry } from "./bin-move.store";
import type { RecycleEnd } from "./finish-recycle";
import { freshFacts } from "./fresh-facts";
import { type Move, reach } from "./move";
import { noteRemovals } from "./note-removals";
import { readRecorded } from "./read-closure";
import { attemptRemoval } from "./removal-attempts";
import type { SeenTags } from "./seen-tags";

/**
 * Deletes the image with every tag on it, and looks what went. `names`: those of the repository's tags right after. `taken`: tags that had
 * led elsewhere and went with it, so that somebody had moved them to it in this very moment.
 */
export async function removeTop(
  move: Move,
  item: RunItemRecord,
  entry: RecyclingEntry,
  seen: SeenTags,
  before: readonly string[],
): Promise<{ names: string[]; taken: string[] }> {
  const { context, sight } = move;
  await attemptRemoval(move, item, entry);
  await reach(move, item, "top-removed");
  const names = await sight.listTagNames(item.repositoryName);
  const left = new Set(names);
  const known = new Set(entry.tags.filter((tag) => tag.digest === entry.digest).map((tag) => tag.name));
  const [late, taken]: [string[], string[]] = [[], []];
  for (const name of before) {
    if (left.has(name) || known.has(name)) continue;
    const target = seen.targetOf(name);
    if (target === entry.digest) late.push(name);
    // Where the image that had it is gone as well, somebody else removed both.
    else if (target === undefined || (await sight.hasManifest(item.repositoryName, target))) taken.push(name);
  }
  if (late.length > 0) {
    context.log("tags_recorded_late", { repository: item.repositoryName, tags: late });
    const tags = late.map((name) => ({ entryId: entry.id, name, digest: entry.digest }));
    await prisma().$transaction((tx) => insertEntryTags(tx, entry, tags));
  }
  if (taken.length > 0) context.log("tags_taken", { repository: item.repositoryName, tags: taken });
  return { names, taken };
}

/**
 * Removes the parts of an image whose top is gone, but none that somebody came to need since it was looked at: that is noted, then. `gone`:
 * what we removed from the repository before, which the inventory still has. Answers what of the image is gone by now.
 */
export async function removeStillFree(
  move: Move,
  one: { item: RunItemRecord; entry: RecyclingEntry; removed: ReadonlySet<string> },
  gone: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const { item, entry, removed } = one;
  const { repositoryName } = entry;
  const facts = await freshFacts(move, repositoryName, new Set(entry.manifests.map((part) => part.digest)), true);
  const tagged = new Set(facts.tags.values());
  const parts = new Set([...removed].filter((digest) => digest !== entry.digest));
  const artifacts: Artifact[] = [];
  for (const artifact of facts.artifacts) {
    const { digest, children, subject } = artifact;
    const mayHold = children.some((child) => parts.has(child)) || (subject !== null && parts.has(subject));
    const isGone =
      gone.has(digest) &&
      !tagged.has(digest) &&
      // Whether the image itself is back is asked afterwards.
      (digest === entry.digest || !mayHold || !(await move.sight.hasManifest(repositoryName, digest)));
    if (!isGone) artifacts.push(artifact);
  }
  const recorded = entry.tags.filter(({ name, digest }) => facts.tags.get(name) === digest).map((tag) => tag.name);
  const free = stillRemovable(artifacts, parts, new Set(recorded));
  const going = new Set([...removed].filter((digest) => digest === entry.digest || free.has(digest)));
  if (going.size < removed.size) await noteRemovals(move, [{ item, entry, removed: going }]);
  await removeParts(move, item, entry, going);
  return going;
}

/** Parts after the whole, referrers before what they refer to: the reverse of the order of PUT. */
async function removeParts(
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
 * pushed, and we took away afterwards, is put back, and so are `tags` of theirs that nothing else has by now.
 */
export async function stayWhole(
  move: Move,
  item: RunItemRecord,
  entry: RecyclingEntry,
  { error = "it was pushed again meanwhile and stays there too", tags = [] as readonly string[] } = {},
): Promise<RecycleEnd> {
  const { adapter, signal, sight } = move;
  const { repositoryName, binRepositoryName, digest } = entry;
  const digests = entry.manifests.map((manifest) => manifest.digest);
  const manifests = await readRecorded(sight, [binRepositoryName, repositoryName], digests);
  await adapter.copy({ from: binRepositoryName, to: repositoryName, manifests, signal });
  const manifest = manifests.find((one) => one.digest === digest);
  for (const tag of tags) {
    if ((await adapter.resolve(repositoryName, tag)) !== null) continue;
    await adapter.tag({ repository: repositoryName, tag, digest, ...(manifest === undefined ? {} : { manifest }) });
  }
  return { item, entry, state: "done", error, isGone: false };
}
