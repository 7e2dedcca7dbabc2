// What a crawl compares with, and how the difference is written: one repository, one transaction, its row locked.
import { type InventoryChange, touchedDigests } from "@/domain/images/inventory-change";
import type { Transaction } from "@/server/platform/db/prisma";
import { prisma } from "@/server/platform/db/prisma";

export interface RepositoryRef {
  id: string;
  workspaceId: string;
  spaceId: string;
  registryId: string;
  name: string;
}

/** What the inventory held of a repository when a reading of it began. */
export interface KnownRepository {
  /** null = the inventory has never seen it */
  id: string | null;
  /** Changes with whatever is written to the repository. */
  stamp: Date | null;
  /** Those that were asked for longest ago come first. */
  digests: Set<string>;
  /** Those whose bodies could not be understood: they are read again. */
  unreadable: Set<string>;
  /** tag → digest; those that were asked for longest ago come first */
  tags: Map<string, string>;
  /** It holds manifests, but what people browse of it was not written yet, or is older than they are. */
  needsRefresh: boolean;
}

export async function loadKnownRepository(registryId: string, spaceId: string, name: string): Promise<KnownRepository> {
  const known: KnownRepository = {
    id: null,
    stamp: null,
    digests: new Set(),
    unreadable: new Set(),
    tags: new Map(),
    needsRefresh: false,
  };
  // The stamp first: what is written after it was read shows by another stamp.
  const [row] = await prisma().$queryRaw<{ id: string; stamp: Date | null; brokenCount: number; hasImages: boolean }[]>`
    SELECT r.id, r.last_crawled_at AS stamp, r.broken_count AS "brokenCount",
      EXISTS (SELECT 1 FROM images i WHERE i.repository_id = r.id) AS "hasImages"
    FROM repositories r WHERE r.registry_id = ${registryId} AND r.name = ${name} AND r.space_id = ${spaceId}`;
  if (!row) return known;
  const manifests = await prisma().$queryRaw<{ digests: string[] | null; unreadable: string[] | null }[]>`
    SELECT array_agg(rm.digest ORDER BY rm.checked_at, rm.digest) AS digests, array_agg(rm.digest) FILTER (WHERE m.unreadable_reason IS NOT NULL) AS unreadable
    FROM repository_manifests rm JOIN manifests m ON m.registry_id = rm.registry_id AND m.digest = rm.digest
    WHERE rm.repository_id = ${row.id}`;
  const tags = await prisma().$queryRaw<{ name: string; digest: string }[]>`
    SELECT name, digest FROM tags WHERE repository_id = ${row.id} ORDER BY checked_at, name`;
  known.id = row.id;
  known.stamp = row.stamp;
  known.digests = new Set(manifests[0]?.digests ?? []);
  known.unreadable = new Set(manifests[0]?.unreadable ?? []);
  known.tags = new Map(tags.map((tag) => [tag.name, tag.digest]));
  const isOutdated = row.brokenCount > 0 && (await hasHealedImages(row.id));
  known.needsRefresh = known.digests.size > 0 && (!row.hasImages || isOutdated);
  return known;
}

/** A manifest that was unreadable may have been read in another repository. */
async function hasHealedImages(repositoryId: string): Promise<boolean> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT i.digest FROM images i JOIN manifests m ON m.registry_id = i.registry_id AND m.digest = i.digest
    WHERE i.repository_id = ${repositoryId} AND i.health = 'unreadable' AND m.unreadable_reason IS NULL LIMIT 1`;
  return rows.length > 0;
}

/**
 * Locks a repository's row until the transaction ends, making it where there is none: writers take turns. One of the same name
 * that a removed space has left behind goes, with all that the inventory had of it. Null where the space was removed itself, or
 * the name is another's by now: then nothing is to be written.
 */
export async function lockRepositoryRow(
  tx: Transaction,
  repository: RepositoryRef,
): Promise<{ id: string; stamp: Date | null } | null> {
  const { id, workspaceId, spaceId, registryId, name } = repository;
  // Its removal waits for this transaction, or has ended: a crawl that goes on takes nothing from who has the prefix now.
  const live = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM spaces WHERE id = ${spaceId} AND removed_at IS NULL FOR KEY SHARE`;
  if (live.length === 0) return null;
  for (;;) {
    await tx.$executeRaw`
      INSERT INTO repositories (id, workspace_id, space_id, registry_id, name) VALUES (${id}, ${workspaceId}, ${spaceId}, ${registryId}, ${name})
      ON CONFLICT (registry_id, name) DO NOTHING`;
    const [row] = await tx.$queryRaw<{ id: string; spaceId: string; stamp: Date | null }[]>`
      SELECT id, space_id AS "spaceId", last_crawled_at AS stamp FROM repositories
      WHERE registry_id = ${registryId} AND name = ${name} FOR UPDATE`;
    if (row && row.spaceId === spaceId) return { id: row.id, stamp: row.stamp };
    if (!row) continue;
    const left = await tx.$executeRaw`
      DELETE FROM repositories r USING spaces s WHERE r.id = ${row.id} AND s.id = r.space_id AND s.removed_at IS NOT NULL`;
    if (left === 0) return null;
  }
}

/** Says that a repository was written: whoever began to read it before has to begin again. */
export async function stampRepository(tx: Transaction, repositoryId: string): Promise<void> {
  await tx.$executeRaw`UPDATE repositories SET last_crawled_at = clock_timestamp() WHERE id = ${repositoryId}`;
}

/** The same for a reading that found nothing to change, without a lock; false where somebody wrote meanwhile. */
export async function stampUnchanged(known: KnownRepository): Promise<boolean> {
  const count = await prisma().$executeRaw`
    UPDATE repositories SET last_crawled_at = clock_timestamp() WHERE id = ${known.id} AND last_crawled_at IS NOT DISTINCT FROM ${known.stamp}`;
  return count === 1;
}

/** Writes what has changed; times of rows that stand already are kept. New digests need their `pushedAt`. */
export async function writeInventoryChange(
  tx: Transaction,
  repository: RepositoryRef,
  change: InventoryChange,
  pushedAt: ReadonlyMap<string, Date>,
  source: "storage" | "api",
): Promise<void> {
  const { id, workspaceId, registryId } = repository;
  const { addedDigests, removedDigests, setTags, removedTags } = change;
  if (addedDigests.length > 0) {
    const now = new Date();
    const times = addedDigests.map((digest) => (pushedAt.get(digest) ?? now).toISOString());
    await tx.$executeRaw`
      INSERT INTO repository_manifests (repository_id, digest, workspace_id, registry_id, pushed_at, pushed_at_source)
      SELECT ${id}, r.digest, ${workspaceId}, ${registryId}, r.at::timestamptz, ${source === "storage" ? "storage" : "crawl"}
      FROM unnest(${addedDigests}::text[], ${times}::text[]) AS r(digest, at)
      ON CONFLICT DO NOTHING`;
  }
  if (setTags.length > 0) {
    // Over the API nobody tells when a tag was set, only when a reading first saw it.
    const isStorage = source === "storage";
    await tx.$executeRaw`
      INSERT INTO tags (repository_id, name, workspace_id, digest, pushed_at, pushed_at_source)
      SELECT ${id}, t.name, ${workspaceId}, t.digest, CASE WHEN ${isStorage} THEN coalesce(rm.pushed_at, now()) ELSE now() END,
        CASE WHEN ${isStorage} THEN coalesce(rm.pushed_at_source, 'storage') ELSE 'crawl' END
      FROM unnest(${setTags.map((tag) => tag.name)}::text[], ${setTags.map((tag) => tag.digest)}::text[]) AS t(name, digest)
      LEFT JOIN repository_manifests rm ON rm.repository_id = ${id} AND rm.digest = t.digest
      ON CONFLICT (repository_id, name) DO UPDATE SET digest = excluded.digest, pushed_at = now(), checked_at = now(),
        pushed_at_source = ${source === "storage" ? "storage" : "crawl"}
        WHERE tags.digest <> excluded.digest`;
  }
  if (removedTags.length > 0) {
    await tx.$executeRaw`
      DELETE FROM tags WHERE repository_id = ${id} AND name = ANY(${removedTags.map((tag) => tag.name)})`;
  }
  if (removedDigests.length > 0) {
    await tx.$executeRaw`DELETE FROM repository_manifests WHERE repository_id = ${id} AND digest = ANY(${removedDigests})`;
  }
  await tx.$executeRaw`
    UPDATE repository_manifests rm SET untagged_since = CASE WHEN tagged.yes THEN NULL ELSE coalesce(rm.untagged_since, now()) END
    FROM (SELECT d.digest, EXISTS (SELECT 1 FROM tags t WHERE t.repository_id = ${id} AND t.digest = d.digest) AS yes
          FROM unnest(${touchedDigests(change)}::text[]) AS d(digest)) tagged
    WHERE rm.repository_id = ${id} AND rm.digest = tagged.digest AND (rm.untagged_since IS NULL) <> tagged.yes`;
}

/** Notes that the registry was just asked what these tags point to. */
export async function markTagsChecked(repositoryId: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await prisma().$executeRaw`
    UPDATE tags SET checked_at = clock_timestamp() WHERE repository_id = ${repositoryId} AND name = ANY(${[...names]})`;
}

/** The same for manifests that it was asked for by their digest. */
export async function markDigestsChecked(repositoryId: string, digests: readonly string[]): Promise<void> {
  if (digests.length === 0) return;
  await prisma().$executeRaw`
    UPDATE repository_manifests SET checked_at = clock_timestamp() WHERE repository_id = ${repositoryId} AND digest = ANY(${[...digests]})`;
}

/** Of these manifests, those that another of them names as a child, and those that name a subject: they are parts of something. */
export async function findParts(tx: Transaction, registryId: string, digests: readonly string[]): Promise<Set<string>> {
  if (digests.length === 0) return new Set();
  const rows = await tx.$queryRaw<{ digest: string }[]>`
    SELECT r.digest FROM manifest_references r
    WHERE r.registry_id = ${registryId} AND r.role = 'child' AND r.manifest_digest = ANY(${[...digests]})
    UNION
    SELECT m.digest FROM manifests m
    WHERE m.registry_id = ${registryId} AND m.subject_digest IS NOT NULL AND m.digest = ANY(${[...digests]})`;
  return new Set(rows.map((row) => row.digest));
}

/** Children that these indexes name. */
export async function findChildren(registryId: string, digests: readonly string[]): Promise<string[]> {
  if (digests.length === 0) return [];
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT DISTINCT digest FROM manifest_references
    WHERE registry_id = ${registryId} AND role = 'child' AND manifest_digest = ANY(${[...digests]})`;
  return rows.map((row) => row.digest);
}

/** Repositories of these spaces of which the inventory still holds something, by name. */
export async function listHeldRepositories(registryId: string, spaceIds: readonly string[]): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ name: string }[]>`
    SELECT r.name FROM repositories r WHERE r.registry_id = ${registryId} AND r.space_id = ANY(${[...spaceIds]})
      AND (EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.repository_id = r.id)
        OR EXISTS (SELECT 1 FROM tags t WHERE t.repository_id = r.id))`;
  return rows.map((row) => row.name);
}

/** Tags and manifests without one: all that a reading over the API has to ask for by itself. */
export async function countReferences(registryId: string, spaceIds: readonly string[]): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT sum((SELECT count(*) FROM tags t WHERE t.repository_id = r.id)
      + (SELECT count(*) FROM repository_manifests rm WHERE rm.repository_id = r.id AND rm.untagged_since IS NOT NULL))::int AS count
    FROM repositories r WHERE r.registry_id = ${registryId} AND r.space_id = ANY(${[...spaceIds]})`;
  return rows[0]?.count ?? 0;
}

const WITNESS_REPOSITORIES = 32;

/** One manifest each of other repositories of a registry: of those that were read last, then of some others. */
export function listWitnesses(registryId: string, exceptName: string): Promise<{ name: string; digest: string }[]> {
  return prisma().$queryRaw<{ name: string; digest: string }[]>`
    WITH held AS (
      SELECT r.id, r.name, r.last_crawled_at, coalesce((SELECT min(t.digest) FROM tags t WHERE t.repository_id = r.id),
        (SELECT min(rm.digest) FROM repository_manifests rm WHERE rm.repository_id = r.id)) AS digest
      FROM repositories r WHERE r.registry_id = ${registryId} AND r.name <> ${exceptName}
    ),
    latest AS (
      SELECT name, digest FROM held WHERE digest IS NOT NULL ORDER BY last_crawled_at DESC NULLS LAST LIMIT ${WITNESS_REPOSITORIES}
    ),
    others AS (
      SELECT name, digest FROM held WHERE digest IS NOT NULL AND name NOT IN (SELECT name FROM latest)
      ORDER BY random() LIMIT ${WITNESS_REPOSITORIES}
    )
    SELECT * FROM latest UNION ALL SELECT * FROM others`;
}

/** How many manifests are known of a registry, counted up to a limit. */
export async function countKnownManifests(registryId: string, limit: number): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (
      SELECT 1 FROM repository_manifests WHERE registry_id = ${registryId} LIMIT ${limit}) known`;
  return rows[0]?.count ?? 0;
}
