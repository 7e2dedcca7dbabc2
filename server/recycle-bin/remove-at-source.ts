import { stillRemovable } from "@/domain/recycle-bin/still-removable";
import { finishRecycles } from "./finish-recycle";
import { freshFacts } from "./fresh-facts";
import type { Move } from "./move";
import type { RecycleGuard } from "./recycle-guard";
import { removeParts, stayWhole } from "./remove-parts";
import { type MovingItem, removeTogether } from "./remove-together";

/**
 * The removal of one item, under its repository's lock, wherever an earlier attempt was ended. Answers why the image stays, when nothing
 * was removed. May be done again after a kill anywhere in it.
 */
export async function removeAtSource(move: Move, one: MovingItem, guard: RecycleGuard): Promise<string | null> {
  const { adapter } = move;
  const { item, entry } = one;
  const { repositoryName } = item;
  const begun = new Set(entry.manifests.filter((part) => part.isRemovedAtSource).map((part) => part.digest));

  if ((await adapter.resolve(repositoryName, entry.digest)) !== null) {
    if (await isPartlyGone(move, repositoryName, begun))
      await finishRecycles(move, [await stayWhole(move, item, entry)]);
    else return (await removeTogether(move, [one], guard))[0]?.error ?? null;
    return null;
  }
  if (begun.size > 0) {
    const facts = await freshFacts(move, repositoryName, new Set(entry.manifests.map((part) => part.digest)));
    const removable = stillRemovable(facts.artifacts, begun, new Set(entry.tags.map((tag) => tag.name)));
    await removeParts(move, item, entry, new Set([...begun].filter((digest) => removable.has(digest))));
    if ((await adapter.resolve(repositoryName, entry.digest)) !== null) {
      await finishRecycles(move, [await stayWhole(move, item, entry)]);
      return null;
    }
  }
  // Else somebody else removed it: what we have is the last copy, and it is kept.
  await finishRecycles(move, [{ item, entry, state: "done", error: null, isGone: true }]);
  return null;
}

async function isPartlyGone({ adapter }: Move, repositoryName: string, begun: Iterable<string>): Promise<boolean> {
  for (const digest of begun) if ((await adapter.resolve(repositoryName, digest)) === null) return true;
  return false;
}
