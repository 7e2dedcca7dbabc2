// What moves write: entries with their manifests and tags, and the inventory of the repository they come from or go back to.
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

const parts = {
  manifests: { orderBy: { ordinal: "asc" as const } },
  tags: { orderBy: { name: "asc" as const } },
};
export type MovingEntry = Prisma.BinEntryGetPayload<{ include: { manifests: true; tags: true } }>;

/** For the worker: the entry of a journaled item. */
export function findMovingEntry(workspaceId: string, entryId: string): Promise<MovingEntry | null> {
  return prisma().binEntry.findFirst({ where: { id: entryId, workspaceId }, include: parts });
}

export interface NewEntry {
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

/** Inserts an entry with its manifests in the order of PUT and its tags; push times are those of the inventory. */
export async function insertEntry(
  tx: Transaction,
  entry: NewEntry,
  manifests: readonly { digest: string; role: string; mediaType: string; sizeBytes: number }[],
  tags: readonly { name: string; digest: string }[],
): Promise<void> {
  await tx.binEntry.create({ data: entry });
  const rows = JSON.stringify(manifests.map((manifest, ordinal) => ({ ...manifest, ordinal })));
  await tx.$executeRaw`
    INSERT INTO bin_entry_manifests (entry_id, digest, workspace_id, ordinal, role, media_type, size_bytes, is_removed_at_source, pushed_at)
    SELECT ${entry.id}, m.digest, ${entry.workspaceId}, m.ordinal, m.role, m."mediaType", m."sizeBytes", false,
      (SELECT CASE WHEN rm.pushed_at_source <> 'crawl' THEN rm.pushed_at END FROM repository_manifests rm JOIN repositories r ON r.id = rm.repository_id
        WHERE r.registry_id = ${entry.registryId} AND r.name = ${entry.repositoryName} AND rm.digest = m.digest)
    FROM jsonb_to_recordset(${rows}::jsonb) AS m(digest text, ordinal int, role text, "mediaType" text, "sizeBytes" int)`;
  await insertEntryTags(tx, entry, tags);
}

export async function insertEntryTags(
  tx: Transaction,
  entry: { id: string; workspaceId: string; registryId: string; repositoryName: string },
  tags: readonly { name: string; digest: string }[],
): Promise<void> {
  if (tags.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO bin_entry_tags (entry_id, name, workspace_id, digest, pushed_at)
    SELECT ${entry.id}, t.name, ${entry.workspaceId}, t.digest, coalesce(
      (SELECT known.pushed_at FROM tags known JOIN repositories r ON r.id = known.repository_id
        WHERE r.registry_id = ${entry.registryId} AND r.name = ${entry.repositoryName} AND known.name = t.name AND known.digest = t.digest), now())
    FROM jsonb_to_recordset(${JSON.stringify(tags)}::jsonb) AS t(name text, digest text)
    ON CONFLICT DO NOTHING`;
}

/** The tags that an entry has by now, of every part of it. */
export function findRecordedTags(tx: Transaction, entryId: string): Promise<{ name: string; digest: string }[]> {
  return tx.binEntryTag.findMany({
    where: { entryId },
    select: { name: true, digest: true },
    orderBy: { name: "asc" },
  });
}

/** Notes what will leave the source, before it leaves; tags of what stays there are no business of the entry. */
export async function writeRemovals(tx: Transaction, entryId: string, digests: readonly string[]): Promise<void> {
  const removed = [...digests];
  await tx.$executeRaw`
    UPDATE bin_entry_manifests SET is_removed_at_source = (digest = ANY(${removed})) WHERE entry_id = ${entryId}`;
  await tx.$executeRaw`DELETE FROM bin_entry_tags WHERE entry_id = ${entryId} AND digest <> ALL(${removed})`;
}

/** Takes back what `writeRemovals` noted: nothing leaves the source after all. */
export async function withdrawRemovals(tx: Transaction, entryId: string): Promise<void> {
  await tx.binEntryManifest.updateMany({ where: { entryId }, data: { isRemovedAtSource: false } });
}

/** The entry is in the bin; stamped by the database's clock, by which a crawl sees that its listing is out of date. */
export async function writeHeld(tx: Transaction, entryId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE bin_entries e SET state = 'held', recycled_at = clock_timestamp(),
      purge_after = clock_timestamp() + make_interval(days => s.bin_retention_days)
    FROM spaces s WHERE s.id = e.space_id AND e.id = ${entryId}`;
}

/** The entry left the bin; stamped as `writeHeld` does. */
export async function writeEnded(tx: Transaction, entryId: string, state: "restored" | "purged"): Promise<void> {
  await tx.$executeRaw`
    UPDATE bin_entries SET state = ${state}::"BinEntryState", ended_at = clock_timestamp() WHERE id = ${entryId}`;
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

/** Of an entry's manifests, those that another entry of the same bin repository still needs. */
export async function findSharedInBin(entry: {
  id: string;
  registryId: string;
  binRepositoryName: string;
}): Promise<Set<string>> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT DISTINCT mine.digest FROM bin_entry_manifests mine
    JOIN bin_entry_manifests other ON other.digest = mine.digest AND other.entry_id <> mine.entry_id
    JOIN bin_entries e ON e.id = other.entry_id
    WHERE mine.entry_id = ${entry.id} AND e.registry_id = ${entry.registryId}
      AND e.bin_repository_name = ${entry.binRepositoryName} AND e.state IN ('recycling', 'held', 'restoring', 'purging')`;
  return new Set(rows.map((row) => row.digest));
}

/** Manifests that the inventory has in a repository whose `subject` is one of these. */
export async function findReferrerDigests(
  registryId: string,
  repositoryName: string,
  subjects: readonly string[],
): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT rm.digest FROM manifests m
    JOIN repository_manifests rm ON rm.registry_id = m.registry_id AND rm.digest = m.digest
    JOIN repositories r ON r.id = rm.repository_id AND r.name = ${repositoryName}
    WHERE m.registry_id = ${registryId} AND m.subject_digest = ANY(${[...subjects]}) ORDER BY rm.digest`;
  return rows.map((row) => row.digest);
}

/** Takes what left a repository with an entry out of the inventory. */
export async function forgetRemoved(tx: Transaction, repositoryId: string, entryId: string): Promise<void> {
  await tx.$executeRaw`
    WITH gone AS (SELECT digest FROM bin_entry_manifests WHERE entry_id = ${entryId} AND (is_removed_at_source OR role = 'top')),
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
