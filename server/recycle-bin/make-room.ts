import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import type { PlanItem } from "@/domain/reclaim/plan";
import { planByHand } from "@/domain/reclaim/plan-by-hand";
import type { Artifact } from "@/domain/rules/facts";
import { reasonText } from "@/domain/rules/reason-text";
import { groupBy } from "@/lib/group-by";
import { RunStopped } from "@/server/history/run-context";
import { insertRunItems, lockRunItems, type NewRunItem, type RunItemRecord } from "@/server/history/run-journal";
import { type Prisma, prisma } from "@/server/platform/db/prisma";
import type { MovingEntry } from "./bin-move.store";
import type { Displacer } from "./displacer";
import { freshFacts } from "./fresh-facts";
import { enterStep, type Move, reach, writeItem } from "./move";
import { IncompleteImage, readRecorded } from "./read-closure";
import type { RestoreChoices } from "./restore-choices";
import { findUnendedDisplacement } from "./take-back.store";
import { type TakenBack, takenBackOf } from "./taken-back";

/** What holds a tag may change while it is looked at; after so many looks it is left alone. */
const LOOKS_MAX = 3;

/** What stands in the way of the tags that a restore takes back. */
interface Obstacles {
  takenBack: TakenBack[];
  refused: { tag: string; why: string }[];
  /** Images that lose their last tag, as they are moved to the bin. */
  leaving: PlanItem[];
}

/**
 * Before an entry comes back: an image that has one of its tags, which is to be taken back, goes to the bin whole where it has no other
 * tag; else it only loses that one later. Everything is journaled before it is done. Answers the item as it is journaled then.
 * @throws IncompleteImage where the entry is not whole: then nothing makes room for it
 */
export async function makeRoom(
  move: Move,
  item: RunItemRecord,
  entry: MovingEntry,
  choices: RestoreChoices,
  displacer: Displacer,
): Promise<RunItemRecord> {
  await enterStep(move, item, "displace");
  let current = item;
  for (let look = 1; look <= LOOKS_MAX; look++) {
    const found = await move.lock.withRepository(item.repositoryName, () => lookFor(move, current, entry, choices));
    if (found.leaving.length > 0) await requireWholeInBin(move, entry);
    const { journaled, ordinals } = await journal(move, current, found);
    current = journaled;
    for (const ordinal of ordinals) await displacer.move(move, ordinal);
    if (ordinals.length === 0) break;
  }
  await reach(move, current, "displaced");
  return current;
}

async function lookFor(
  move: Move,
  item: RunItemRecord,
  entry: MovingEntry,
  choices: RestoreChoices,
): Promise<Obstacles> {
  const { repositoryName } = item;
  const held: { tag: string; digest: string }[] = [];
  for (const { name: tag, digest } of entry.tags) {
    if (choices.choiceFor(entry.id, tag) !== "take_back" || subjectOfFallbackTag(tag) !== null) continue;
    if (choices.isAnothers(repositoryName, tag, entry.id)) continue;
    const now = await move.adapter.resolve(repositoryName, tag);
    if (now === null || now.digest === digest || choices.isRestoredHere(repositoryName, now.digest)) continue;
    held.push({ tag, digest: now.digest });
  }
  const obstacles: Obstacles = { takenBack: [], refused: [], leaving: [] };
  if (held.length === 0) return obstacles;
  const { artifacts } = await freshFacts(move, repositoryName, new Set(held.map((one) => one.digest)));
  const agreed = held.filter(({ tag, digest }) => {
    // The run may have waited for hours: who decided did not see what was pushed meanwhile.
    const why = choices.refusalOf(entry.id, tag, { digest, taggedAtMs: taggedAtMs(artifacts, tag, digest) });
    if (why !== null) obstacles.refused.push({ tag, why });
    return why === null;
  });
  const tagsOf = groupBy(agreed, (one) => one.digest);
  if (tagsOf.size === 0) return obstacles;
  const plan = planByHand({
    ...{ artifacts, nowMs: Date.now(), graceMs: 0, isDigestElsewhere: () => true },
    by: { who: move.context.run.requestedByName, why: null },
    pickOf: (_, digest) => {
      const tags = tagsOf.get(digest)?.map((one) => one.tag);
      return tags === undefined ? undefined : { what: "tags", tags, andImage: true };
    },
  });
  for (const [from, ones] of tagsOf) {
    const planned = plan.items.find((one) => one.digest === from);
    const isDisplaced = planned?.action === "reclaim";
    if (isDisplaced) obstacles.leaving.push(planned);
    const verdict = plan.verdicts.find((one) => one.digest === from)?.verdict;
    for (const { tag } of ones) {
      if (planned !== undefined) obstacles.takenBack.push({ tag, from, isDisplaced });
      else obstacles.refused.push({ tag, why: verdict === undefined ? "it is not known yet" : reasonText(verdict) });
    }
  }
  return obstacles;
}

/** When a tag was set on the image that has it; what nothing is known of counts as set just now. */
function taggedAtMs(artifacts: readonly Artifact[], name: string, digest: string): number {
  const tag = artifacts.find((one) => one.digest === digest)?.tags.find((one) => one.name === name);
  return tag?.pushedAt ?? tag?.firstSeenAt ?? Number.POSITIVE_INFINITY;
}

async function requireWholeInBin(move: Move, { binRepositoryName, manifests }: MovingEntry): Promise<void> {
  const digests = manifests.map((manifest) => manifest.digest);
  const bodies = await readRecorded(move.sight, [binRepositoryName], digests);
  const [missing] = await move.sight.missingOf(binRepositoryName, bodies, move.signal);
  if (missing)
    throw new IncompleteImage(`the recycle bin does not have all of it: ${missing.digest} ${missing.reason}`);
}

/** Notes with the item what it takes from whom, and adds items for what leaves, in one transaction. */
async function journal(
  move: Move,
  item: RunItemRecord,
  found: Obstacles,
): Promise<{ journaled: RunItemRecord; ordinals: number[] }> {
  const { context, space } = move;
  const before = takenBackOf(item);
  const named = new Set([...found.takenBack, ...found.refused].map((one) => one.tag));
  const reason = {
    ...(item.reason as Prisma.JsonObject),
    takenBack: [...before.takenBack.filter((one) => !named.has(one.tag)), ...found.takenBack],
    refused: [...before.refused.filter((one) => !named.has(one.tag)), ...found.refused],
  };
  if (named.size === 0) return { journaled: item, ordinals: [] };
  const ordinals: number[] = [];
  await prisma().$transaction(async (tx) => {
    let next = await lockRunItems(tx, { id: context.run.id, epoch: context.epoch });
    if (next === null) throw new RunStopped("fenced");
    const added: NewRunItem[] = [];
    for (const planned of found.leaving) {
      const known = await findUnendedDisplacement(context.run.id, planned.repositoryName, planned.digest);
      ordinals.push(known ?? next);
      if (known === null) added.push(displacedItem(planned, next++, item, context.run.requestedByName));
    }
    await insertRunItems(space.workspaceId, context.run.id, added, tx);
    await writeItem(context, item, { reason }, tx);
  });
  return { journaled: { ...item, reason }, ordinals };
}

function displacedItem(planned: PlanItem, ordinal: number, by: RunItemRecord, who: string): NewRunItem {
  const { repositoryName, digest, kind, tags, selectedTags, members, mediaType, hits } = planned;
  const names = selectedTags.join(", ");
  return {
    ...{ ordinal, action: "recycle", state: "planned", repositoryName, digest, kind, tags, selectedTags },
    reason: {
      code: "taken_back",
      text: `${who} gave ${names} back to the restored ${by.digest.slice(0, 19)}, and it had no other tag`,
      forOrdinal: by.ordinal,
      plan: { mediaType, hits },
    },
    ...{ members, ruleId: null, sizeBytes: planned.logicalSizeBytes, uniqueBytes: 0, binEntryId: null },
    pushedAt: planned.pushedAt === null ? null : new Date(planned.pushedAt).toISOString(),
    lastPulledAt: planned.lastPulledAt === null ? null : new Date(planned.lastPulledAt).toISOString(),
  };
}
