// What a restore run knows of itself: which of its entries gets a tag that several want, and the images that make room.
import { prisma, type Transaction } from "@/server/platform/db/prisma";

/** Tags that entries of a run want for different images, with the entry that gets it: the one recycled last. */
export function listContestedTags(runId: string): Promise<{ repositoryName: string; tag: string; entryId: string }[]> {
  return prisma().$queryRaw`
    SELECT i.repository_name AS "repositoryName", t.name AS tag, (array_agg(e.id ORDER BY e.recycled_at DESC, e.id DESC))[1] AS "entryId"
    FROM run_items i JOIN bin_entries e ON e.id = i.bin_entry_id JOIN bin_entry_tags t ON t.entry_id = e.id
    WHERE i.run_id = ${runId} AND i.action = 'restore'
    GROUP BY i.repository_name, t.name HAVING count(DISTINCT t.digest) > 1`;
}

/** Images that a run puts back, as `repository@digest`. */
export async function listRestoredImages(runId: string): Promise<Set<string>> {
  const rows = await prisma().$queryRaw<{ repositoryName: string; digest: string }[]>`
    SELECT repository_name AS "repositoryName", digest FROM run_items WHERE run_id = ${runId} AND action = 'restore'`;
  return new Set(rows.map((row) => `${row.repositoryName}@${row.digest}`));
}

/** The ordinal of the item by which an image makes room in this run, and has not ended; null where there is none. */
export async function findUnendedDisplacement(
  runId: string,
  repositoryName: string,
  digest: string,
): Promise<number | null> {
  const rows = await prisma().$queryRaw<{ ordinal: number }[]>`
    SELECT ordinal FROM run_items
    WHERE run_id = ${runId} AND action = 'recycle' AND repository_name = ${repositoryName} AND digest = ${digest}
      AND state IN ('planned', 'moving') ORDER BY ordinal LIMIT 1`;
  return rows[0]?.ordinal ?? null;
}

/** Images that were to make room for a restore that failed stay where they are, if nothing was begun with them. */
export async function skipDisplacements(tx: Transaction, runId: string, forOrdinal: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE run_items SET state = 'skipped_stale', error = 'the image that it was to make room for could not be restored', updated_at = now()
    WHERE run_id = ${runId} AND action = 'recycle' AND state = 'planned' AND reason ->> 'forOrdinal' = ${String(forOrdinal)}`;
}

/** An image that made room for a restore, as the bin holds it. */
export interface DisplacedEntry {
  entryId: string;
  digest: string;
  /** the tags that it gave away */
  tags: string[];
}

/** Images that made room for an item of a run and are in the bin. */
export function listDisplacedEntries(runId: string, forOrdinal: number): Promise<DisplacedEntry[]> {
  return prisma().$queryRaw<DisplacedEntry[]>`
    SELECT e.id AS "entryId", e.digest, i.selected_tags AS tags FROM run_items i JOIN bin_entries e ON e.id = i.bin_entry_id
    WHERE i.run_id = ${runId} AND i.action = 'recycle' AND i.state IN ('done', 'failed') AND e.state = 'held'
      AND i.reason ->> 'forOrdinal' = ${String(forOrdinal)} ORDER BY i.ordinal`;
}
