import type { RunItemRecord } from "@/server/history/run-journal";
import type { RecyclingEntry } from "./bin-move.store";
import { finishRecycles, type RecycleEnd } from "./finish-recycle";
import { type FreshFacts, freshFacts } from "./fresh-facts";
import { type Move, reach, writeItem } from "./move";
import { noteRemovals } from "./note-removals";
import type { RecycleGuard } from "./recycle-guard";
import { removeStillFree, removeTop, stayWhole } from "./remove-parts";
import { SeenTags } from "./seen-tags";

export interface MovingItem {
  item: RunItemRecord;
  entry: RecyclingEntry;
}

/** An image that stays where it is, and why. */
export type StaleItem = MovingItem & { error: string };

type Going = MovingItem & { removed: ReadonlySet<string> };

/** How often others may change a repository between our look and our removal, before its images are left alone. */
const LOOKS_MAX = 4;

/** How long a worker that may have lost its run goes on removing plain images without asking whether it has. */
const OWNED_MS = 500;

/**
 * The step after which there is no way back, for images of one repository of which nothing was removed yet, under its lock: looks at
 * them once more, notes what will go, removes it one image after the other and ends them together. Right before each removal the tags
 * are read again: where they changed since the look, everything that is still to go is looked at anew. Answers what stays.
 */
export async function removeTogether(
  move: Move,
  group: readonly MovingItem[],
  guard: RecycleGuard,
): Promise<StaleItem[]> {
  for (const { item } of group) await reach(move, item, "remove");
  const stale: StaleItem[] = [];
  const ends: RecycleEnd[] = [];
  let pending: readonly MovingItem[] = group;
  try {
    for (let look = 1; pending.length > 0; look++) {
      if (look > LOOKS_MAX) {
        stale.push(...pending.map((one) => ({ ...one, error: "its repository was being changed at every look" })));
        break;
      }
      const decided = await decide(move, pending, guard);
      stale.push(...decided.stale);
      await noteRemovals(move, decided.going);
      const rest = await removeInTurn(move, decided.going, decided.facts, ends);
      // The inventory has to know what is gone before it is looked at again.
      if (rest.length > 0) await finishRecycles(move, ends.splice(0));
      // What an earlier look noted is the most that may go: tags of the rest are no longer recorded.
      pending = rest.map(({ item, entry, removed }) => ({
        item,
        entry: {
          ...entry,
          manifests: entry.manifests.map((one) => ({ ...one, isRemovedAtSource: removed.has(one.digest) })),
        },
      }));
    }
  } catch (error) {
    // Those before it are gone: they end, whatever became of this one.
    await finishRecycles(move, ends).catch(() => undefined);
    throw error;
  }
  await finishRecycles(move, ends);
  return stale;
}

/** Asks the guard about each image in turn, the ones before it taken for gone. */
async function decide(move: Move, group: readonly MovingItem[], guard: RecycleGuard) {
  const repositoryName = group[0]?.item.repositoryName ?? "";
  const digests = new Set(group.flatMap(({ entry }) => entry.manifests.map((manifest) => manifest.digest)));
  const [open, facts] = await Promise.all([guard.open(), freshFacts(move, repositoryName, digests)]);
  const [going, stale]: [Going[], StaleItem[]] = [[], []];
  let artifacts = facts.artifacts;
  for (const { item, entry } of group) {
    const verdict = await open.beforeRemoval(item, artifacts);
    if ("stale" in verdict) {
      stale.push({ item, entry, error: verdict.stale });
      continue;
    }
    const noted = entry.manifests.filter((manifest) => manifest.isRemovedAtSource).map((manifest) => manifest.digest);
    const removed = new Set(
      entry.manifests
        .map((manifest) => manifest.digest)
        .filter((digest) => verdict.removable.has(digest) && (noted.length === 0 || noted.includes(digest))),
    );
    going.push({ item, entry, removed });
    artifacts = artifacts.filter((artifact) => !removed.has(artifact.digest));
  }
  return { going, stale, facts };
}

/** Removes one after the other, and adds to `ends`. Answers those left when somebody else changed something since the look. */
async function removeInTurn(
  move: Move,
  going: readonly Going[],
  facts: FreshFacts,
  ends: RecycleEnd[],
): Promise<readonly Going[]> {
  const seen = new SeenTags(move.sight, going[0]?.item.repositoryName ?? "", facts);
  const gone = new Set<string>();
  let names: readonly string[] | null = null;
  let ownedAtMs = Date.now();
  for (const [at, one] of going.entries()) {
    const { item, entry, removed } = one;
    const startedAtMs = Date.now();
    await reach(move, item, "remove-top");
    names ??= await move.sight.listTagNames(item.repositoryName, move.signal);
    if (removed.size > 1 || Date.now() - ownedAtMs > OWNED_MS) {
      await writeItem(move.context, item, { state: "moving", step: "remove" });
      ownedAtMs = Date.now();
    }
    if (!(await seen.areUnchanged(removed, names, move.signal))) return going.slice(at);
    const top = await removeTop(move, item, entry, seen, names);
    gone.add(entry.digest);
    const isTaken = top.taken.length > 0;
    const left = removed.size > 1 && !isTaken ? await removeStillFree(move, one, gone) : new Set([entry.digest]);
    const isBack = isTaken || (await isThereAgain(move, one, top.names, seen));
    move.pace.note(Date.now() - startedAtMs);
    if (isBack) {
      ends.push(await stayWhole(move, item, entry, { tags: top.taken }));
      return going.slice(at + 1);
    }
    ends.push({ item, entry, state: "done", error: null, isGone: true });
    if (left.size < removed.size) return going.slice(at + 1);
    for (const digest of left) gone.add(digest);
    // Those of parts went after the listing.
    const forgotten = new Set(seen.forget(left));
    names = top.names.filter((name) => !forgotten.has(name));
  }
  return [];
}

/** Whether somebody pushed an image again since it was removed. Of one without parts that is asked only where it can be seen. */
async function isThereAgain(
  { adapter, sight }: Move,
  { entry, removed }: Going,
  names: readonly string[],
  seen: SeenTags,
): Promise<boolean> {
  const isNamed = names.some((name) => !seen.has(name) || seen.targetOf(name) === entry.digest);
  if (removed.size === 1 && !isNamed && !(await sight.seesManifest(entry.repositoryName, entry.digest))) return false;
  return (await adapter.resolve(entry.repositoryName, entry.digest)) !== null;
}
