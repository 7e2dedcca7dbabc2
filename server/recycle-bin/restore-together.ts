import type { RunItemRecord } from "@/server/history/run-journal";
import { findMovingEntries } from "./bin-move.store";
import { removeFromBin } from "./bin-references";
import { eachAlone } from "./each-alone";
import { finishRestores } from "./finish-restore";
import { enterStepTogether, type Move } from "./move";
import { type PlacedTags, placeTags, type RestoringItem } from "./place-tags";
import { readRecorded } from "./read-closure";
import type { RestoreChoices } from "./restore-choices";
import { requireWholeImage } from "./restore-item";

/**
 * Puts entries of one repository back side by side, none of them begun before: the steps of `restoreItem`, each journaled for all of
 * them at once. What could not be ended is left as its journal says.
 */
export async function restoreTogether(
  move: Move,
  items: readonly RunItemRecord[],
  choices: RestoreChoices,
): Promise<void> {
  const repository = items[0]?.repositoryName ?? "";
  const ids = items.flatMap((item) => item.binEntryId ?? []);
  const entries = new Map((await findMovingEntries(move.context.run.workspaceId, ids)).map((one) => [one.id, one]));
  const group = items.flatMap((item): RestoringItem[] => {
    const entry = entries.get(item.binEntryId ?? "");
    return entry === undefined ? [] : [{ item, entry, manifests: [] }];
  });
  const [first] = group;
  if (first === undefined) return;
  const bin = first.entry.binRepositoryName;
  await move.lock.withRepository(repository, async () => {
    const whole = await copyBack(
      move,
      group.filter(({ entry }) => entry.binRepositoryName === bin),
      repository,
    );
    const placed = await placeAll(move, whole, choices);
    if (placed.length === 0) return;
    await enterStepTogether(move, itemsOf(placed), "clean");
    await move.lock.withRepository(bin, async () => {
      await removeFromBin(move, placed);
      await finishRestores(move, placed);
    });
  });
}

const itemsOf = (group: readonly RestoringItem[]) => group.map(({ item }) => item);

/** Answers those that came back whole, ready to be tagged. */
async function copyBack(
  move: Move,
  group: readonly RestoringItem[],
  repository: string,
): Promise<readonly RestoringItem[]> {
  const { adapter, sight, signal } = move;
  await enterStepTogether(move, itemsOf(group), "copy");
  const bodies = new Map<string, RestoringItem["manifests"]>();
  const copied = await eachAlone(move, group, async ({ entry }) => {
    const { binRepositoryName: from, manifests: parts } = entry;
    const digests = parts.map((part) => part.digest);
    const manifests = await readRecorded(sight, [from, repository], digests);
    bodies.set(entry.id, manifests);
    // What was recycled from here has left its blobs behind, unless somebody has collected them since.
    await adapter.copy({ from, to: repository, manifests, signal, expectsBlobs: true });
  });
  const back = copied.map((one) => ({ ...one, manifests: bodies.get(one.entry.id) ?? [] }));
  if (back.length === 0) return [];
  await enterStepTogether(move, itemsOf(back), "verify");
  const whole = await eachAlone(move, back, ({ manifests }) => requireWholeImage(move, repository, manifests));
  if (whole.length > 0) await enterStepTogether(move, itemsOf(whole), "tag");
  return whole;
}

/** Two entries may have the same tag: the later one has to see what became of it. */
async function placeAll(
  move: Move,
  whole: readonly RestoringItem[],
  choices: RestoreChoices,
): Promise<(RestoringItem & PlacedTags)[]> {
  const taken = new Set<string>();
  const [first, later]: [RestoringItem[], RestoringItem[]] = [[], []];
  for (const one of whole) {
    const isAlone = one.entry.tags.every((tag) => !taken.has(tag.name));
    for (const tag of one.entry.tags) taken.add(tag.name);
    (isAlone ? first : later).push(one);
  }
  const placed: (RestoringItem & PlacedTags)[] = [];
  const place = async (one: RestoringItem) => {
    placed.push({ ...one, ...(await placeTags(move, one, choices)) });
  };
  await eachAlone(move, first, place);
  for (const one of later) await eachAlone(move, [one], place);
  return placed;
}
