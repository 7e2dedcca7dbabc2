import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { restoredTagName } from "@/domain/recycle-bin/restore-tag";
import type { RunItemRecord } from "@/server/history/run-journal";
import type { RawManifest } from "@/server/platform/registry/registry-adapter";
import type { MovingEntry } from "./bin-move.store";
import { type Move, reach } from "./move";
import type { RestoreChoices } from "./restore-choices";
import { type TakenBack, takenBackOf } from "./taken-back";

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

/**
 * Sets every recorded tag. One that names another image by now stays there, comes back under another name, or is taken back where that
 * was journaled (see makeRoom).
 */
export async function placeTags(
  move: Move,
  { item, entry, manifests }: RestoringItem,
  choices: RestoreChoices,
): Promise<PlacedTags> {
  const { adapter, context } = move;
  const repository = item.repositoryName;
  const { takenBack, refused } = takenBackOf(item);
  const placed: PlacedTag[] = [];
  const conflicts: string[] = [];
  /** False where another image has the name, and keeps it. */
  const place = async (name: string, digest: string, pushedAt: Date): Promise<boolean> => {
    const current = await adapter.resolve(repository, name);
    const isTaken = current !== null && current.digest !== digest;
    if (isTaken && !takenBack.some((one) => one.tag === name && one.from === current.digest && !one.isDisplaced))
      return false;
    if (current === null || isTaken) {
      await reach(move, item, "set-tag");
      const manifest = manifests.find((one) => one.digest === digest);
      await adapter.tag({ repository, tag: name, digest, ...(manifest === undefined ? {} : { manifest }) });
    }
    placed.push({ name, digest, pushedAt: pushedAt.toISOString() });
    return true;
  };
  for (const { name, digest, pushedAt } of entry.tags) {
    const isAnothers = choices.isAnothers(repository, name, entry.id);
    if (!isAnothers && (await place(name, digest, pushedAt))) {
      const taken = takenBack.find((one) => one.tag === name);
      if (taken !== undefined) conflicts.push(takenText(taken));
      continue;
    }
    // A fallback tag is found by its name alone: under another one nobody would look for it.
    if (choices.choiceFor(entry.id, name) !== "restore_as" || subjectOfFallbackTag(name) !== null) {
      const why = refused.find((one) => one.tag === name)?.why;
      conflicts.push(stayText(name, isAnothers, why));
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

function takenText({ tag, from, isDisplaced }: TakenBack): string {
  const image = from.slice(0, 19);
  return isDisplaced
    ? `${tag} was taken back; ${image}, which had no other tag, is in the recycle bin`
    : `${tag} was taken back from ${image}, which stays in the repository`;
}

function stayText(name: string, isAnothers: boolean, why: string | undefined): string {
  if (isAnothers) return `${name} goes to another image of this restore, which was recycled later`;
  if (why !== undefined) return `${name} stays on the image that has it (${why})`;
  return `${name} stays on the image that was pushed to it since`;
}
