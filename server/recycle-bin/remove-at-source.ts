import { finishRecycles } from "./finish-recycle";
import type { Move } from "./move";
import type { RecycleGuard } from "./recycle-guard";
import { mayBeLeaving } from "./removal-attempts";
import { removeStillFree, stayWhole } from "./remove-parts";
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
    else {
      const stale = (await removeTogether(move, [one], guard))[0]?.error ?? null;
      if (stale === null || begun.size === 0 || !(await mayBeLeaving(move, entry))) return stale;
      const error = `${stale}; its removal had begun, so that the recycle bin keeps a copy`;
      await finishRecycles(move, [await stayWhole(move, item, entry, { error })]);
    }
    return null;
  }
  if (begun.size > 0) {
    await removeStillFree(move, { item, entry, removed: begun }, new Set([entry.digest]));
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
