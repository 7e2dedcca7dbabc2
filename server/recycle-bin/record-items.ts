import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { binRepositoryName } from "@/domain/recycle-bin/bin-repository";
import { groupBy } from "@/lib/group-by";
import { itemHits, type RunItemRecord, runRules } from "@/server/history/run-journal";
import { rememberManifests } from "@/server/images/remember-manifests";
import { prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import type { RawManifest } from "@/server/platform/registry/registry-adapter";
import { findReferrers, insertEntries, type NewEntryParts, type RecyclingEntry } from "./bin-move.store";
import { enterStepTogether, type Move, writeItem, writeItems } from "./move";
import { type ImageClosure, IncompleteImage, ManifestBudget, readClosure } from "./read-closure";
import type { RecycleGuard } from "./recycle-guard";

/** An item whose entry is written, with the bodies of its manifests in the order of PUT. */
export interface RecordedItem {
  item: RunItemRecord;
  entry: RecyclingEntry;
  manifests: RawManifest[];
}

/**
 * Reads images of one repository from the registry and writes their entries with all that restoring needs. Items that may not go, or are
 * not there any more, end here and are left out of the answer; the others are at the step `copy` then.
 */
export async function recordItems(
  move: Move,
  items: readonly RunItemRecord[],
  guard: RecycleGuard,
): Promise<RecordedItem[]> {
  const { context, space, signal, sight } = move;
  const repositoryName = items[0]?.repositoryName ?? "";
  // Its storage may be readable where it does not answer: then nothing is begun that could not be ended.
  await move.adapter.ping();
  await enterStepTogether(move, items, "record");
  const open = await guard.open({ maxAgeMs: AUTHORITY_MAX_AGE_MS });
  const [digests, named] = [new Set(items.map((item) => item.digest)), new Set(items.flatMap((item) => item.tags))];
  const { tags } = await move.views.see(
    repositoryName,
    (tag, lastSeen) => named.has(tag) || (lastSeen !== undefined && digests.has(lastSeen)),
    signal,
  );
  const known = {
    fallbackTags: groupBy([...tags.keys()], subjectOfFallbackTag),
    findReferrers: await referrerLookup(space.registryId, repositoryName, items),
    budget: new ManifestBudget(),
  };
  const namesOf = groupBy([...tags.keys()], (name) => tags.get(name) ?? "");
  const made: { item: RunItemRecord; parts: NewEntryParts; closure: ImageClosure }[] = [];
  await forEachLimited(items, move.atATime, async (item) => {
    const stop = (error: string) => writeItem(context, item, { state: "skipped_stale", step: null, error });
    const refused = open.beforeCopy(item, tags);
    if (refused !== null) {
      return stop((await sight.hasManifest(repositoryName, item.digest)) ? refused : GONE);
    }
    try {
      const closure = await readClosure(sight, repositoryName, item.digest, known);
      if (closure === null) return stop(GONE);
      const own = closure.manifests.flatMap(({ raw: { digest } }) =>
        (namesOf.get(digest) ?? []).map((name) => ({ name, digest })),
      );
      made.push({ item, parts: entryOf(move, item, guard, closure, own), closure });
    } catch (error) {
      if (error instanceof IncompleteImage) return stop(error.message);
      throw error;
    }
  });
  if (made.length === 0) return [];
  made.sort((a, b) => a.item.ordinal - b.item.ordinal);
  const manifests = new Map(made.flatMap(({ closure }) => closure.manifests.map(({ raw }) => [raw.digest, raw])));
  // Under the bin's lock: whoever removes something from it sees what these entries need, or has removed it before.
  await move.lock.withRepository(binRepositoryName(space.id, repositoryName), () =>
    prisma().$transaction(async (tx) => {
      await rememberManifests(tx, space.registryId, [...manifests.values()]);
      await insertEntries(
        tx,
        made.map(({ parts }) => parts),
      );
      await writeItems(
        context,
        made.map(({ item, parts }) => ({ item, step: "copy", binEntryId: parts.entry.id })),
        tx,
      );
    }),
  );
  return made.map(({ item, parts, closure }) => ({
    item: { ...item, state: "moving", step: "copy", binEntryId: parts.entry.id },
    entry: recyclingEntry(parts),
    manifests: closure.manifests.map(({ raw }) => raw),
  }));
}

/** Before the removal it is read anew in any case. */
const AUTHORITY_MAX_AGE_MS = 1_000;

const GONE = "it is no longer in the registry";

/** Answers by subject who refers to it; asked once for all parts that the plan knows. */
async function referrerLookup(registryId: string, repositoryName: string, items: readonly RunItemRecord[]) {
  const found = new Map<string, string[]>();
  const load = async (subjects: readonly string[]) => {
    const rows = groupBy(await findReferrers(registryId, repositoryName, subjects), (row) => row.subject);
    for (const subject of subjects)
      found.set(
        subject,
        (rows.get(subject) ?? []).map((row) => row.digest),
      );
  };
  const members = items.flatMap((item) => (item.members as { digest: string }[]).map((member) => member.digest));
  await load([...new Set([...items.map((item) => item.digest), ...members])]);
  return async (subjects: readonly string[]): Promise<string[]> => {
    const unknown = subjects.filter((subject) => !found.has(subject));
    if (unknown.length > 0) await load(unknown);
    return subjects.flatMap((subject) => found.get(subject) ?? []);
  };
}

function entryOf(
  { space, context }: Move,
  item: RunItemRecord,
  guard: RecycleGuard,
  { manifests, sizeBytes }: ImageClosure,
  tags: readonly { name: string; digest: string }[],
): NewEntryParts {
  const { repositoryName, digest } = item;
  const { code, text } = item.reason as { code: string; text: string };
  return {
    entry: {
      id: newId("bin"),
      workspaceId: space.workspaceId,
      spaceId: space.id,
      registryId: space.registryId,
      repositoryName,
      binRepositoryName: binRepositoryName(space.id, repositoryName),
      digest,
      mediaType: manifests.find((manifest) => manifest.role === "top")?.raw.mediaType ?? "",
      kind: item.kind,
      reason: { code, text, hits: rulesOf(item, context.run) },
      ...guard.ruleOf(item),
      runId: context.run.id,
      actorName: context.run.requestedByName,
      sizeBytes,
      pushedAt: item.pushedAt,
      lastPulledAt: item.lastPulledAt,
    },
    manifests: manifests.map(({ raw, role }) => ({
      digest: raw.digest,
      role,
      mediaType: raw.mediaType,
      sizeBytes: raw.body.length,
    })),
    tags,
  };
}

/** Every rule that selected it: what is restored is exempt from all of them. None where somebody chose it. */
function rulesOf(item: RunItemRecord, run: { options: unknown }) {
  return itemHits(item, runRules(run)).map(({ ruleId, ruleName, revision }) => ({ ruleId, ruleName, revision }));
}

function recyclingEntry({ entry, manifests, tags }: NewEntryParts): RecyclingEntry {
  return {
    ...entry,
    sizeBytes: BigInt(entry.sizeBytes),
    manifests: manifests.map(({ digest, role }) => ({ digest, role, isRemovedAtSource: false })),
    tags: [...tags],
  };
}
