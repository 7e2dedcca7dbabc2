// What a restore would meet, as far as PostgreSQL knows.
import { prisma } from "@/server/platform/db/prisma";

export interface CheckedEntry {
  id: string;
  repositoryName: string;
  digest: string;
  isDamaged: boolean;
  recycledAt: Date | null;
}

/** Entries of a space that are in its bin, by id. Unknown, foreign and ended ones are simply not there. */
export function listCheckedEntries(
  space: { id: string; workspaceId: string },
  entryIds: readonly string[],
): Promise<CheckedEntry[]> {
  return prisma().$queryRaw<CheckedEntry[]>`
    SELECT e.id, e.repository_name AS "repositoryName", e.digest, e.missing <> '[]' AS "isDamaged", e.recycled_at AS "recycledAt"
    FROM bin_entries e
    WHERE e.id = ANY(${[...entryIds]}) AND e.space_id = ${space.id} AND e.workspace_id = ${space.workspaceId}
      AND e.state IN ('held', 'restoring', 'purging')
    ORDER BY e.id`;
}

export function listRecordedTags(
  entryIds: readonly string[],
): Promise<{ entryId: string; tag: string; digest: string }[]> {
  return prisma().$queryRaw`
    SELECT entry_id AS "entryId", name AS tag, digest FROM bin_entry_tags WHERE entry_id = ANY(${[...entryIds]}) ORDER BY entry_id, name`;
}

interface Place {
  repositoryName: string;
  tag: string;
}

/** What the inventory of a registry has under these names; a name that it does not know is not in the answer. */
export function findKnownTags(registryId: string, places: readonly Place[]): Promise<(Place & { digest: string })[]> {
  return prisma().$queryRaw`
    SELECT r.name AS "repositoryName", t.name AS tag, t.digest
    FROM jsonb_to_recordset(${JSON.stringify(places)}::jsonb) AS p("repositoryName" text, tag text)
    JOIN repositories r ON r.registry_id = ${registryId} AND r.name = p."repositoryName"
    JOIN tags t ON t.repository_id = r.id AND t.name = p.tag`;
}

export interface Holder {
  repositoryName: string;
  digest: string;
  /** Tags of it besides fallback tags, by name. */
  tags: string[];
  isPinned: boolean;
}

/** Images that have a tag now which somebody wants back: with all their tags, and whether they are pinned. */
export function findHolders(
  space: { id: string; registryId: string },
  images: readonly { repositoryName: string; digest: string }[],
): Promise<Holder[]> {
  return prisma().$queryRaw<Holder[]>`
    SELECT p."repositoryName", p.digest,
      ARRAY(SELECT t.name FROM tags t JOIN repositories r ON r.id = t.repository_id
        WHERE r.registry_id = ${space.registryId} AND r.name = p."repositoryName" AND t.digest = p.digest AND t.subject_digest IS NULL
        ORDER BY t.name) AS tags,
      EXISTS (SELECT 1 FROM pins n WHERE n.space_id = ${space.id} AND n.repository_name = p."repositoryName" AND n.digest = p.digest
        AND (n.expires_at IS NULL OR n.expires_at > now())) AS "isPinned"
    FROM jsonb_to_recordset(${JSON.stringify(images)}::jsonb) AS p("repositoryName" text, digest text)`;
}

/** Of these repositories of a registry, those that have anything. */
export async function findStandingRepositories(registryId: string, names: readonly string[]): Promise<Set<string>> {
  const rows = await prisma().$queryRaw<{ name: string }[]>`
    SELECT r.name FROM repositories r WHERE r.registry_id = ${registryId} AND r.name = ANY(${[...names]})
      AND EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.repository_id = r.id)`;
  return new Set(rows.map((row) => row.name));
}

/** Of these images, those that their repository has already, as `repository@digest`. */
export async function findImagesThere(
  registryId: string,
  images: readonly { repositoryName: string; digest: string }[],
): Promise<Set<string>> {
  const rows = await prisma().$queryRaw<{ repositoryName: string; digest: string }[]>`
    SELECT p."repositoryName", p.digest
    FROM jsonb_to_recordset(${JSON.stringify(images)}::jsonb) AS p("repositoryName" text, digest text)
    JOIN repositories r ON r.registry_id = ${registryId} AND r.name = p."repositoryName"
    JOIN repository_manifests rm ON rm.repository_id = r.id AND rm.digest = p.digest`;
  return new Set(rows.map((row) => `${row.repositoryName}@${row.digest}`));
}

/** Rules that took these entries and stand as they did then. */
export function listStandingTakers(
  entryIds: readonly string[],
): Promise<{ ruleId: string; ruleName: string; revision: number }[]> {
  return prisma().$queryRaw`
    SELECT DISTINCT u.id AS "ruleId", u.name AS "ruleName", u.revision FROM bin_entries e
    JOIN reclaim_rules u ON u.id = e.rule_id AND u.revision = e.rule_revision
    WHERE e.id = ANY(${[...entryIds]}) ORDER BY u.name`;
}
