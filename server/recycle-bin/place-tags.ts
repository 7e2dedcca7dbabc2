import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { restoredTagName, type TagConflictChoice } from "@/domain/recycle-bin/restore-tag";
import type { RunItemRecord } from "@/server/history/run-journal";
import type { RawManifest } from "@/server/platform/registry/registry-adapter";
import type { MovingEntry } from "./bin-move.store";
import { type Move, reach } from "./move";

interface PlacedTag {
  name: string;
  digest: string;
  pushedAt: string;
}

/** An entry that is being put back, and what its manifests are. */
export interface RestoringItem {
  item: RunItemRecord;
  entry: MovingEntry;
  manifests: readonly RawManifest[];
}

export interface PlacedTags {
  placed: PlacedTag[];
  /** sentences for people */
  conflicts: string[];
}

/** Sets every recorded tag. One that names another image by now stays where it is, or comes back under another name. */
export async function placeTags(
  move: Move,
  { item, entry, manifests }: RestoringItem,
  onTagConflict: TagConflictChoice,
): Promise<PlacedTags> {
  const { adapter, context } = move;
  const repository = item.repositoryName;
  const placed: PlacedTag[] = [];
  const conflicts: string[] = [];
  /** False where another image has the name. */
  const place = async (name: string, digest: string, pushedAt: Date): Promise<boolean> => {
    const current = await adapter.resolve(repository, name);
    if (current !== null && current.digest !== digest) return false;
    if (current === null) {
      await reach(move, item, "set-tag");
      const manifest = manifests.find((one) => one.digest === digest);
      await adapter.tag({ repository, tag: name, digest, ...(manifest === undefined ? {} : { manifest }) });
    }
    placed.push({ name, digest, pushedAt: pushedAt.toISOString() });
    return true;
  };
  for (const { name, digest, pushedAt } of entry.tags) {
    if (await place(name, digest, pushedAt)) continue;
    // A fallback tag is found by its name alone: under another one nobody would look for it.
    if (onTagConflict === "keep_current" || subjectOfFallbackTag(name) !== null) {
      conflicts.push(`${name} stays on the image that was pushed to it since`);
      continue;
    }
    let attempt = 1;
    // The day of the run, not of this moment: a resumed run finds the tag that it set before.
    while (!(await place(restoredTagName(name, context.run.frozenNow, attempt), digest, pushedAt))) attempt++;
    conflicts.push(`${name} came back as ${restoredTagName(name, context.run.frozenNow, attempt)}`);
  }
  if (conflicts.length > 0) context.log("tag_conflict", { item: item.ordinal, repository, conflicts });
  return { placed, conflicts };
}
