import { BIN_RUN_ENTRIES_MAX, type RestoreCheckDto, type TAG_CHOICES } from "@/contracts/recycle-bin";
import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { restoredTagName } from "@/domain/recycle-bin/restore-tag";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import { RegistryError } from "@/server/platform/registry/registry-error";
import { openRegistry } from "@/server/registries/open-registry";
import { requireSpace } from "@/server/spaces/require-space";
import { tagUsage } from "@/server/workspaces/tag-usage";
import { findFilteredIds } from "./bin-run.store";
import type { BinSelection } from "./bin-selection";
import { requireRestoreTarget } from "./require-restore-target";
import {
  type CheckedEntry,
  findHolders,
  findImagesThere,
  findKnownTags,
  findStandingRepositories,
  type Holder,
  listCheckedEntries,
  listRecordedTags,
  listStandingTakers,
} from "./restore-check.store";

const PARALLEL_LOOKS = 16;
/** Up to so many tags the registry itself is asked; beyond, what was last read of it answers. */
const ASKED_TAGS_MAX = 2_000;
const CONFLICTS_MAX = 1_000;

type Conflict = RestoreCheckDto["conflicts"][number];
type Space = Awaited<ReturnType<typeof requireSpace>>;

/** A tag that a restore would set. */
interface WantedTag {
  entry: CheckedEntry;
  repositoryName: string;
  tag: string;
  digest: string;
}

/**
 * What restoring these entries would meet, and what else is to be known before: nothing is changed.
 * @throws AppError not_found (space, entry), unprocessable (the target), unavailable (the registry does not answer)
 */
export async function checkRestore(
  scope: WorkspaceScope,
  input: BinSelection & { spaceId: string; targetRepository?: string | undefined },
): Promise<RestoreCheckDto> {
  const space = await requireSpace(scope, input.spaceId);
  const { targetRepository } = input;
  if (targetRepository !== undefined) requireRestoreTarget(space, targetRepository);
  const entryIds = await idsOf(space, input);
  const entries = await listCheckedEntries(space, entryIds);
  if (entries.length < new Set(entryIds).size) throw notFound();
  const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
  const wanted = (await listRecordedTags(entryIds)).flatMap(({ entryId, tag, digest }): WantedTag[] => {
    const entry = entryOf.get(entryId);
    return entry === undefined
      ? []
      : [{ entry, tag, digest, repositoryName: targetRepository ?? entry.repositoryName }];
  });
  const isFromInventory = wanted.length > ASKED_TAGS_MAX;
  const current = isFromInventory ? await knownTags(space, wanted) : await askedTags(space, wanted);
  const conflicts = await conflictsOf(space, wanted, current);
  const places = entries.map((entry) => ({ ...entry, repositoryName: targetRepository ?? entry.repositoryName }));
  const standing = await findStandingRepositories(space.registryId, [
    ...new Set(places.map((one) => one.repositoryName)),
  ]);
  const there = await findImagesThere(
    space.registryId,
    places.map(({ repositoryName, digest }) => ({ repositoryName, digest })),
  );
  const { count, quota } = await tagUsage(scope.workspaceId);
  const added = new Set(
    wanted.filter((one) => !current.has(keyOf(one)) && subjectOfFallbackTag(one.tag) === null).map(keyOf),
  ).size;
  return {
    entryCount: entries.length,
    tagCount: wanted.length,
    conflicts: conflicts.slice(0, CONFLICTS_MAX),
    isConflictsCapped: conflicts.length > CONFLICTS_MAX,
    isFromInventory,
    newRepositories: countNew(places.map((one) => one.repositoryName).filter((name) => !standing.has(name))),
    alreadyThereIds: places.filter((one) => there.has(`${one.repositoryName}@${one.digest}`)).map((one) => one.id),
    damagedIds: entries.filter((entry) => entry.isDamaged).map((entry) => entry.id),
    tagQuota: { count, quota, added, isExceeded: added > 0 && count + added > quota },
    exemptedRules: await listStandingTakers(entryIds),
  };
}

async function idsOf(space: Space, { entryIds, filter, exceptIds = [] }: BinSelection): Promise<readonly string[]> {
  if (filter === undefined) return entryIds ?? [];
  return findFilteredIds(space, filter, exceptIds, BIN_RUN_ENTRIES_MAX);
}

const keyOf = ({ repositoryName, tag }: { repositoryName: string; tag: string }) => `${repositoryName}:${tag}`;

async function knownTags({ registryId }: Space, wanted: readonly WantedTag[]): Promise<Map<string, string>> {
  const places = wanted.map(({ repositoryName, tag }) => ({ repositoryName, tag }));
  return new Map((await findKnownTags(registryId, places)).map((known) => [keyOf(known), known.digest]));
}

async function askedTags(space: Space, wanted: readonly WantedTag[]): Promise<Map<string, string>> {
  const adapter = await openRegistry(space.registry);
  const found = new Map<string, string>();
  const places = [...new Map(wanted.map((one) => [keyOf(one), one])).values()];
  try {
    await forEachLimited(places, PARALLEL_LOOKS, async (place) => {
      const current = await adapter.resolve(place.repositoryName, place.tag);
      if (current !== null) found.set(keyOf(place), current.digest);
    });
  } catch (error) {
    if (error instanceof RegistryError)
      throw new AppError("unavailable", `The registry could not be asked: ${error.message}`);
    throw error;
  }
  return found;
}

async function conflictsOf(
  space: Space,
  wanted: readonly WantedTag[],
  current: ReadonlyMap<string, string>,
): Promise<Conflict[]> {
  const winners = winnersOf(wanted);
  const met = wanted.flatMap((one) => {
    const winner = winners.get(keyOf(one));
    if (winner !== undefined && winner.digest !== one.digest) return [{ ...one, by: winner.digest, isTwice: true }];
    const by = current.get(keyOf(one));
    return by === undefined || by === one.digest ? [] : [{ ...one, by, isTwice: false }];
  });
  const images = met
    .filter((one) => !one.isTwice)
    .map((one) => ({ repositoryName: one.repositoryName, digest: one.by }));
  const holders = await findHolders(space, [...new Map(images.map((one) => [imageKey(one), one])).values()]);
  const holderOf = new Map(holders.map((holder) => [imageKey(holder), holder]));
  const now = new Date();
  return met
    .map(({ entry, repositoryName, tag, digest, by, isTwice }): Conflict => {
      const holder = isTwice ? undefined : holderOf.get(imageKey({ repositoryName, digest: by }));
      const isFallback = subjectOfFallbackTag(tag) !== null;
      return {
        ...{ entryId: entry.id, repositoryName, tag, recordedDigest: digest, currentDigest: by },
        kind: isTwice ? "tag_wanted_twice" : holder?.isPinned === true ? "tag_pinned" : "tag_moved",
        isLastTag: isLastTag(holder, tag),
        restoreAs: isFallback ? null : restoredTagName(tag, now, 1),
        choices: choicesOf({ isTwice, isFallback, isPinned: holder?.isPinned === true }),
      };
    })
    .sort((a, b) => keyOf(a).localeCompare(keyOf(b), "en"));
}

const imageKey = ({ repositoryName, digest }: { repositoryName: string; digest: string }) =>
  `${repositoryName}@${digest}`;

/** A tag that several entries have goes to the one that was recycled last. */
function winnersOf(wanted: readonly WantedTag[]): Map<string, WantedTag> {
  const winners = new Map<string, WantedTag>();
  const at = ({ entry }: WantedTag) => entry.recycledAt?.getTime() ?? 0;
  for (const one of wanted) {
    const other = winners.get(keyOf(one));
    const isLater =
      other === undefined || at(one) > at(other) || (at(one) === at(other) && one.entry.id > other.entry.id);
    if (isLater) winners.set(keyOf(one), one);
  }
  return winners;
}

function isLastTag(holder: Holder | undefined, tag: string): boolean {
  return holder?.tags.every((name) => name === tag) ?? false;
}

function choicesOf(what: { isTwice: boolean; isFallback: boolean; isPinned: boolean }): (typeof TAG_CHOICES)[number][] {
  const choices: (typeof TAG_CHOICES)[number][] = ["keep_current"];
  if (!what.isTwice && !what.isFallback && !what.isPinned) choices.push("take_back");
  // A signature is found by its tag's name alone: under another one nobody would look for it.
  if (!what.isFallback) choices.push("restore_as");
  return choices;
}

function countNew(names: readonly string[]): { repositoryName: string; entryCount: number }[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([repositoryName, entryCount]) => ({ repositoryName, entryCount }));
}
