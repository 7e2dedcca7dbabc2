import { recheckItem, staleText } from "@/domain/reclaim/recheck-item";
import { findRunItem, type RunItemRecord } from "@/server/history/run-journal";
import { planOf } from "@/server/reclaim/planned-run";
import type { Move } from "./move";
import type { RecycleGuard } from "./recycle-guard";
import { recycleItem } from "./recycle-item";

/**
 * Moves images to the bin that make room for restored ones, each once: the restore that wants the tag waits for it, and a resumed run
 * finds it among its items as well.
 */
export class Displacer {
  readonly #running = new Map<number, Promise<void>>();

  move(move: Move, ordinal: number): Promise<void> {
    const running = this.#running.get(ordinal);
    if (running !== undefined) return running;
    const begun = this.#move(move, ordinal).finally(() => this.#running.delete(ordinal));
    this.#running.set(ordinal, begun);
    return begun;
  }

  async #move(move: Move, ordinal: number): Promise<void> {
    const item = await findRunItem(move.context.run.id, ordinal);
    if (item?.state === "planned" || item?.state === "moving") await recycleItem(move, item, GUARD);
  }
}

/** A person wants the tag for another image: rules have no say, pins and whatever needs the image do. */
const GUARD: RecycleGuard = {
  async open() {
    return {
      beforeCopy: (item, tags) => {
        const removed = item.tags.filter((tag) => tags.get(tag) !== item.digest);
        return removed.length > 0 ? staleText({ code: "tags_changed", added: [], removed }) : null;
      },
      async beforeRemoval(item: RunItemRecord, artifacts) {
        const result = recheckItem({
          ...{ item: planOf(item, new Map()), artifacts, rules: "by_hand", graceMs: 0 },
          // However lately it was pushed: whoever takes the tag back knows of it.
          planNowMs: Date.now() + 60_000,
          // It may be a signature of something that another repository has.
          isDigestElsewhere: () => true,
        });
        if (result.outcome === "skipped_stale") return { stale: staleText(result.reason) };
        const going = result.members.filter((member) => !member.stays).map((member) => member.digest);
        return { removable: new Set([item.digest, ...going]) };
      },
    };
  },
  ruleOf: () => ({ ruleId: null, ruleRevision: null }),
};
