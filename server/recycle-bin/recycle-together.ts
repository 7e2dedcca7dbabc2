import type { RunItemRecord } from "@/server/history/run-journal";
import { eachAlone } from "./each-alone";
import { enterStepTogether, type Move, reach } from "./move";
import { recordItems } from "./record-items";
import type { RecycleGuard } from "./recycle-guard";
import { abandon, requireWholeCopy } from "./recycle-item";
import { removeTogether } from "./remove-together";

/**
 * Moves images of one repository into the recycle bin side by side, none of them begun before: the steps of `recycleItem`, each journaled
 * for all of them at once. What could not be ended is left as its journal says.
 */
export async function recycleTogether(move: Move, items: readonly RunItemRecord[], guard: RecycleGuard): Promise<void> {
  const { adapter, signal } = move;
  const recorded = await recordItems(move, items, guard);
  const copied = await eachAlone(move, recorded, async ({ item, entry, manifests }) => {
    await reach(move, item, "copy");
    await adapter.copy({ from: item.repositoryName, to: entry.binRepositoryName, manifests, signal });
  });
  if (copied.length === 0) return;
  await enterStepTogether(
    move,
    copied.map(({ item }) => item),
    "verify",
  );
  const whole = await eachAlone(move, copied, ({ entry, manifests }) => requireWholeCopy(move, entry, manifests));
  const [first] = whole;
  if (first === undefined) return;
  const stale = await move.lock.withRepository(first.item.repositoryName, () => removeTogether(move, whole, guard));
  for (const { item, entry, error } of stale) await abandon(move, item, entry, { state: "skipped_stale", error });
}
