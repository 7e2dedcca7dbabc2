import type { RunItemRecord } from "@/server/history/run-journal";
import { prisma } from "@/server/platform/db/prisma";
import { type RecyclingEntry, writeRemovals } from "./bin-move.store";
import { finishRecycles, type RecycleEnd } from "./finish-recycle";
import { type FreshFacts, freshFacts } from "./fresh-facts";
import { type Move, reach, writeItems } from "./move";
import type { RecycleGuard } from "./recycle-guard";
import { removeParts, removeTop, stayWhole } from "./remove-parts";

export interface MovingItem {
  item: RunItemRecord;
  entry: RecyclingEntry;
}

/** An image that stays where it is, and why. */
export type StaleItem = MovingItem & { error: string };

type Going = MovingItem & { removed: ReadonlySet<string> };

/** How often others may change a repository between our look and our removal, before its images are left alone. */
const LOOKS_MAX = 4;

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
      await note(move, decided.going);
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

async function note(move: Move, going: readonly Going[]): Promise<void> {
  if (going.length === 0) return;
  await prisma().$transaction(async (tx) => {
    await writeItems(
      move.context,
      going.map(({ item }) => ({ item, state: "moving", step: "remove" })),
      tx,
    );
    await writeRemovals(
      tx,
      going.map(({ entry, removed }) => ({ entryId: entry.id, digests: [...removed] })),
    );
  });
}

/** Removes one after the other, and adds to `ends`. Answers those left when somebody else changed tags since the look. */
async function removeInTurn(
  move: Move,
  going: readonly Going[],
  facts: FreshFacts,
  ends: RecycleEnd[],
): Promise<readonly Going[]> {
  const expected = new Map(facts.tags);
  let names: readonly string[] | null = null;
  for (const [at, one] of going.entries()) {
    const { item, entry, removed } = one;
    const startedAtMs = Date.now();
    await reach(move, item, "remove-top");
    names ??= await move.sight.listTagNames(item.repositoryName, move.signal);
    if (!(await isAsSeen(move, one, expected, names))) return going.slice(at);
    names = await removeTop(move, item, entry, names);
    await removeParts(move, item, entry, removed);
    const gone = [...expected].flatMap(([name, digest]) => (removed.has(digest) ? [name] : []));
    for (const name of gone) expected.delete(name);
    // Those of parts went after the listing.
    names = names.filter((name) => !gone.includes(name));
    const isBack = removed.size > 1 && (await move.adapter.resolve(item.repositoryName, entry.digest)) !== null;
    move.pace.note(Date.now() - startedAtMs);
    ends.push(isBack ? await stayWhole(move, item, entry) : { item, entry, state: "done", error: null, isGone: true });
  }
  return [];
}

/** Whether no tag came since the look, and those on what goes still lead there. */
async function isAsSeen(
  { sight }: Move,
  { item, removed }: Going,
  expected: ReadonlyMap<string, string>,
  names: readonly string[],
): Promise<boolean> {
  if (names.some((name) => !expected.has(name))) return false;
  for (const [name, digest] of expected) {
    if (removed.has(digest) && (await sight.tagTarget(item.repositoryName, name)) !== digest) return false;
  }
  return true;
}
