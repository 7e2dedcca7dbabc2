// What moves write: entries with their manifests and tags, and the inventory of the repository they come from or go back to.
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";
import { ARRIVED } from "./entry-state.store";

const parts = {
  manifests: { orderBy: { ordinal: "asc" as const } },
  tags: { orderBy: { name: "asc" as const } },
};
export type MovingEntry = Prisma.BinEntryGetPayload<{ include: { manifests: true; tags: true } }>;

/** For the worker: the entry of a journaled item. */
export function findMovingEntry(workspaceId: string, entryId: string): Promise<MovingEntry | null> {
  return prisma().binEntry.findFirst({ where: { id: entryId, workspaceId }, include: parts });
}

/** The same for several. */
export function findMovingEntries(workspaceId: string, entryIds: readonly string[]): Promise<MovingEntry[]> {
  return prisma().binEntry.findMany({ where: { id: { in: [...entryIds] }, workspaceId }, include: parts });
}

/** What recycling needs of an entry. */
export type RecyclingEntry = Pick<
  MovingEntry,
  | "id"
  | "workspaceId"
  | "registryId"
  | "repositoryName"
  | "binRepositoryName"
  | "digest"
  | "ruleId"
  | "ruleRevision"
  | "sizeBytes"
> & {
  manifests: Pick<MovingEntry["manifests"][number], "digest" | "role" | "isRemovedAtSource">[];
  tags: Pick<MovingEntry["tags"][number], "name" | "digest">[];
};

interface NewEntry {
  id: string;
  workspaceId: string;
  spaceId: string;
  registryId: string;
  repositoryName: string;
  binRepositoryName: string;
  digest: string;
  mediaType: string;
  kind: string;
  reason: Prisma.InputJsonValue;
  ruleId: string | null;
  ruleRevision: number | null;
  runId: string;
  actorName: string;
  sizeBytes: number;
  pushedAt: Date | null;
  lastPulledAt: Date | null;
}

export interface NewEntryParts {
  entry: NewEntry;
  /** In the order of PUT. */
  manifests: readonly { digest: string; role: string; mediaType: string; sizeBytes: number }[];
  tags: readonly { name: string; digest: string }[];
}

/** Inserts entries of one repository; push times are those of the inventory. */
export async function insertEntries(tx: Transaction, made: readonly NewEntryParts[]): Promise<void> {
  const [first] = made;
  if (first === undefined) return;
  const { workspaceId, registryId, repositoryName } = first.entry;
  await tx.binEntry.createMany({ data: made.map(({ entry }) => entry) });
  const rows = JSON.stringify(
    made.flatMap(({ entry, manifests }) =>
      manifests.map((manifest, ordinal) => ({ ...manifest, ordinal, entryId: entry.id })),
    ),
  );
  await tx.$executeRaw`
    INSERT INTO bin_entry_manifests (entry_id, digest, workspace_id, ordinal, role, media_type, size_bytes, is_removed_at_source, pushed_at)
    SELECT m."entryId", m.digest, ${workspaceId}, m.ordinal, m.role, m."mediaType", m."sizeBytes", false,
      (SELECT CASE WHEN rm.pushed_at_source <> 'crawl' THEN rm.pushed_at END FROM repository_manifests rm JOIN repositories r ON r.id = rm.repository_id
        WHERE r.registry_id = ${registryId} AND r.name = ${repositoryName} AND rm.digest = m.digest)
    FROM jsonb_to_recordset(${rows}::jsonb) AS m("entryId" text, digest text, ordinal int, role text, "mediaType" text, "sizeBytes" int)`;
  await insertEntryTags(
    tx,
    first.entry,
    made.flatMap(({ entry, tags }) => tags.map((tag) => ({ ...tag, entryId: entry.id }))),
  );
}

export async function insertEntryTags(
  tx: Transaction,
  place: { workspaceId: string; registryId: string; repositoryName: string },
  tags: readonly { entryId: string; name: string; digest: string }[],
): Promise<void> {
  if (tags.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO bin_entry_tags (entry_id, name, workspace_id, digest, pushed_at)
    SELECT t."entryId", t.name, ${place.workspaceId}, t.digest, coalesce(
      (SELECT known.pushed_at FROM tags known JOIN repositories r ON r.id = known.repository_id
        WHERE r.registry_id = ${place.registryId} AND r.name = ${place.repositoryName} AND known.name = t.name AND known.digest = t.digest), now())
    FROM jsonb_to_recordset(${JSON.stringify(tags)}::jsonb) AS t("entryId" text, name text, digest text)
    ON CONFLICT DO NOTHING`;
}

/** The tags that entries have by now, of every part of them. */
export function findRecordedTags(
  tx: Transaction,
  entryIds: readonly string[],
): Promise<{ entryId: string; name: string; digest: string }[]> {
  return tx.binEntryTag.findMany({
    where: { entryId: { in: [...entryIds] } },
    select: { entryId: true, name: true, digest: true },
    orderBy: [{ entryId: "asc" }, { name: "asc" }],
  });
}

/** Notes what will leave the source with each entry, before it leaves; tags of what stays there are no business of the entry. */
export async function writeRemovals(
  tx: Transaction,
  removals: readonly { entryId: string; digests: readonly string[] }[],
): Promise<void> {
  const entryIds = removals.map((one) => one.entryId);
  const pairs = removals.flatMap(({ entryId, digests }) => digests.map((digest) => ({ entryId, digest })));
  const [pairEntries, pairDigests] = [pairs.map((pair) => pair.entryId), pairs.map((pair) => pair.digest)];
  await tx.$executeRaw`
    UPDATE bin_entry_manifests m SET is_removed_at_source = EXISTS (
      SELECT 1 FROM unnest(${pairEntries}::text[], ${pairDigests}::text[]) AS gone(entry_id, digest)
      WHERE gone.entry_id = m.entry_id AND gone.digest = m.digest)
    WHERE m.entry_id = ANY(${entryIds})`;
  await tx.$executeRaw`
    DELETE FROM bin_entry_tags t WHERE t.entry_id = ANY(${entryIds}) AND NOT EXISTS (
      SELECT 1 FROM unnest(${pairEntries}::text[], ${pairDigests}::text[]) AS gone(entry_id, digest)
      WHERE gone.entry_id = t.entry_id AND gone.digest = t.digest)`;
}

/** Takes back what `writeRemovals` noted: nothing leaves the source after all. */
export async function withdrawRemovals(tx: Transaction, entryId: string): Promise<void> {
  await tx.binEntryManifest.updateMany({ where: { entryId }, data: { isRemovedAtSource: false } });
}

/** The entries are in the bin; stamped by the database's clock, by which a crawl sees that its listing is out of date. */
export async function writeHeld(tx: Transaction, entryIds: readonly string[]): Promise<void> {
  await tx.$executeRaw`
    UPDATE bin_entries e SET ${ARRIVED} FROM spaces s WHERE s.id = e.space_id AND e.id = ANY(${[...entryIds]})`;
}

/** The entries left the bin; stamped as `writeHeld` does. */
export async function writeEnded(
  tx: Transaction,
  entryIds: readonly string[],
  state: "restored" | "purged",
): Promise<void> {
  await tx.$executeRaw`
    UPDATE bin_entries SET state = ${state}::"BinEntryState", ended_at = clock_timestamp(),
      problem_action = NULL, problem_text = NULL, problem_run_id = NULL, problem_at = NULL
    WHERE id = ANY(${[...entryIds]})`;
}

/** Puts an entry whose restore or purge failed back to what it was: held, or half-made where it never was in the bin. */
export async function writeNotEnded(tx: Transaction, entryId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE bin_entries SET state = CASE WHEN recycled_at IS NULL THEN 'recycling' ELSE 'held' END::"BinEntryState"
    WHERE id = ${entryId} AND state IN ('restoring', 'purging')`;
}

/** Forgets an entry that never came to be. */
export async function deleteEntry(tx: Transaction, entryId: string): Promise<void> {
  await tx.binEntry.deleteMany({ where: { id: entryId, recycledAt: null } });
}

/** Of the manifests of entries of one bin repository, those that another entry of it still needs. */
export async function findSharedInBin(
  entries: readonly { id: string; registryId: string; binRepositoryName: string }[],
): Promise<Set<string>> {
  const [first] = entries;
  if (first === undefined) return new Set();
  const entryIds = entries.map((entry) => entry.id);
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT DISTINCT mine.digest FROM bin_entry_manifests mine
    JOIN bin_entry_manifests other ON other.digest = mine.digest AND other.entry_id <> ALL(${entryIds})
    JOIN bin_entries e ON e.id = other.entry_id
    WHERE mine.entry_id = ANY(${entryIds}) AND e.registry_id = ${first.registryId}
      AND e.bin_repository_name = ${first.binRepositoryName} AND e.state IN ('recycling', 'held', 'restoring', 'purging')`;
  return new Set(rows.map((row) => row.digest));
}

/** Manifests that the inventory has in a repository whose `subject` is one of these. */
export function findReferrers(
  registryId: string,
  repositoryName: string,
  subjects: readonly string[],
): Promise<{ subject: string; digest: string }[]> {
  return prisma().$queryRaw`
    SELECT m.subject_digest AS subject, rm.digest FROM manifests m
    JOIN repository_manifests rm ON rm.registry_id = m.registry_id AND rm.digest = m.digest
    JOIN repositories r ON r.id = rm.repository_id AND r.name = ${repositoryName}
    WHERE m.registry_id = ${registryId} AND m.subject_digest = ANY(${[...subjects]}) ORDER BY rm.digest`;
}

/** Takes what left a repository with entries out of the inventory. */
export async function forgetRemoved(tx: Transaction, repositoryId: string, entryIds: readonly string[]): Promise<void> {
  await tx.$executeRaw`
    WITH gone AS (SELECT digest FROM bin_entry_manifests WHERE entry_id = ANY(${[...entryIds]}) AND (is_removed_at_source OR role = 'top')),
    untagged AS (DELETE FROM tags WHERE repository_id = ${repositoryId} AND digest IN (SELECT digest FROM gone))
    DELETE FROM repository_manifests WHERE repository_id = ${repositoryId} AND digest IN (SELECT digest FROM gone)`;
}

/** Takes tags that were removed from one digest out of the inventory; left without any, it is untagged from now on. */
export async function forgetTags(
  tx: Transaction,
  repositoryId: string,
  digest: string,
  names: readonly string[],
): Promise<void> {
  await tx.tag.deleteMany({ where: { repositoryId, digest, name: { in: [...names] } } });
  await tx.$executeRaw`
    UPDATE repository_manifests SET untagged_since = coalesce(untagged_since, now())
    WHERE repository_id = ${repositoryId} AND digest = ${digest}
      AND NOT EXISTS (SELECT 1 FROM tags t WHERE t.repository_id = ${repositoryId} AND t.digest = ${digest})`;
}

/**
 * Puts what came back into the inventory with the times it had. A row that stands was written by a crawl that saw the move
 * (then its time is that of the move, and is corrected) or by a notification of a push (then it is newer, and stays).
 */
export async function rememberRestored(
  tx: Transaction,
  place: { repositoryId: string; workspaceId: string; registryId: string },
  manifests: readonly {
    digest: string;
    pushedAt: string | null;
    lastPulledAt: string | null;
    isRemovedAtSource: boolean;
    isUntagged: boolean;
  }[],
  tags: readonly { name: string; digest: string; pushedAt: string }[],
): Promise<void> {
  const { repositoryId, workspaceId, registryId } = place;
  await tx.$executeRaw`
    INSERT INTO repository_manifests (repository_id, digest, workspace_id, registry_id, pushed_at, pushed_at_source, last_pulled_at, untagged_since)
    SELECT ${repositoryId}, m.digest, ${workspaceId}, ${registryId}, coalesce(m."pushedAt", now()),
      CASE WHEN m."pushedAt" IS NULL THEN 'crawl' ELSE 'restored' END, m."lastPulledAt",
      CASE WHEN m."isUntagged" THEN now() END
    FROM jsonb_to_recordset(${JSON.stringify(manifests)}::jsonb)
      AS m(digest text, "pushedAt" timestamptz, "lastPulledAt" timestamptz, "isRemovedAtSource" boolean, "isUntagged" boolean)
    ON CONFLICT (repository_id, digest) DO UPDATE SET pushed_at = excluded.pushed_at, pushed_at_source = excluded.pushed_at_source,
      untagged_since = excluded.untagged_since,
      last_pulled_at = greatest(repository_manifests.last_pulled_at, excluded.last_pulled_at)
      WHERE repository_manifests.pushed_at_source <> 'event' AND excluded.digest = ANY(${manifests
        .filter((manifest) => manifest.isRemovedAtSource)
        .map((manifest) => manifest.digest)})`;
  await tx.$executeRaw`
    INSERT INTO tags (repository_id, name, workspace_id, digest, pushed_at, pushed_at_source)
    SELECT ${repositoryId}, t.name, ${workspaceId}, t.digest, t."pushedAt", coalesce(rm.pushed_at_source, 'crawl')
    FROM jsonb_to_recordset(${JSON.stringify(tags)}::jsonb) AS t(name text, digest text, "pushedAt" timestamptz)
    LEFT JOIN repository_manifests rm ON rm.repository_id = ${repositoryId} AND rm.digest = t.digest
    ON CONFLICT (repository_id, name) DO UPDATE SET digest = excluded.digest, pushed_at = excluded.pushed_at,
      pushed_at_source = excluded.pushed_at_source`;
}
