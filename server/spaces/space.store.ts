import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

const withRegistry = {
  registry: true,
  workspace: { select: { name: true } },
  bindings: {
    select: { workspace: { select: { name: true } } },
    orderBy: { workspace: { name: "asc" } },
  },
} as const satisfies Prisma.SpaceInclude;
export type SpaceRecord = Prisma.SpaceGetPayload<{ include: typeof withRegistry }>;

export function findSpace(workspaceId: string, spaceId: string): Promise<SpaceRecord | null> {
  return prisma().space.findFirst({ where: { id: spaceId, workspaceId, removedAt: null }, include: withRegistry });
}

/** What a workspace may read: its own spaces, those bound to it, and public ones. */
function readableBy(workspaceId: string): Prisma.SpaceWhereInput {
  return {
    removedAt: null,
    OR: [{ workspaceId }, { isPublic: true }, { bindings: { some: { workspaceId } } }],
  };
}

export function findReadableSpace(workspaceId: string, spaceId: string): Promise<SpaceRecord | null> {
  return prisma().space.findFirst({ where: { id: spaceId, ...readableBy(workspaceId) }, include: withRegistry });
}

/** Spaces that a workspace may read, its own among them. */
export function listReadableSpaceRows(workspaceId: string, registryId?: string): Promise<SpaceRecord[]> {
  return prisma().space.findMany({
    where: { ...readableBy(workspaceId), ...(registryId ? { registryId } : {}) },
    include: withRegistry,
    orderBy: { name: "asc" },
  });
}

/** Prefixes in use on a registry, under its row lock: whoever creates a space next waits until this transaction ends. */
export async function lockPrefixes(tx: Transaction, registryId: string): Promise<string[]> {
  await tx.$queryRaw`SELECT id FROM registries WHERE id = ${registryId} FOR UPDATE`;
  const spaces = await tx.space.findMany({ where: { registryId, removedAt: null }, select: { prefix: true } });
  return spaces.map((space) => space.prefix);
}

/** Prefixes that removed spaces of other workspaces had on a registry. */
export async function listFormerPrefixes(tx: Transaction, registryId: string, workspaceId: string): Promise<string[]> {
  const spaces = await tx.space.findMany({
    where: { registryId, removedAt: { not: null }, workspaceId: { not: workspaceId } },
    select: { prefix: true },
  });
  return spaces.map((space) => space.prefix);
}

export async function insertSpace(
  tx: Transaction,
  space: { id: string; workspaceId: string; registryId: string; name: string; prefix: string },
): Promise<void> {
  await tx.space.create({ data: space });
}

/** A space as it is, and stays until the transaction ends. */
export async function holdSpace(tx: Transaction, workspaceId: string, spaceId: string) {
  await tx.$queryRaw`SELECT id FROM spaces WHERE id = ${spaceId} AND workspace_id = ${workspaceId} FOR NO KEY UPDATE`;
  return tx.space.findFirst({ where: { id: spaceId, workspaceId, removedAt: null } });
}

export async function updateSpaceRow(
  tx: Transaction,
  workspaceId: string,
  spaceId: string,
  change: {
    name?: string;
    binRetentionDays?: number;
    confirmSharePercent?: number;
    ignoredPullers?: string[];
    isPublic?: boolean;
  },
): Promise<void> {
  await tx.space.update({ where: { id_workspaceId: { id: spaceId, workspaceId } }, data: change });
}

/** New dates for what is in the bin already: counted from when each entry was recycled. */
export async function recomputePurgeDates(
  tx: Transaction,
  workspaceId: string,
  spaceId: string,
  days: number,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE bin_entries SET purge_after = recycled_at + make_interval(days => ${days})
    WHERE space_id = ${spaceId} AND workspace_id = ${workspaceId} AND recycled_at IS NOT NULL AND ended_at IS NULL`;
}

export interface SpaceNumbers {
  spaceId: string;
  repositoryCount: number;
  imageCount: number;
  tagCount: number;
  storedBytes: number;
  /** storedBytes is older than the images, or was added up */
  isStoredAbout: boolean;
  ruleCount: number;
  binEntryCount: number;
  activeRunCount: number;
  hasBackdatedTimes: boolean;
}

/**
 * Numbers of spaces in one statement, from the sums of their repositories. What a space stores is its latest sample's while the inventory
 * is the same; else that sample within what its repositories allow (at least the largest, at most all of them), and "about".
 */
export async function countSpaces(
  workspaceId: string,
  spaceIds: readonly string[],
): Promise<Map<string, SpaceNumbers>> {
  const rows = await prisma().$queryRaw<(Omit<SpaceNumbers, "storedBytes"> & { storedBytes: bigint })[]>`
    SELECT c.id AS "spaceId", r."repositoryCount", r."imageCount", r."tagCount",
      CASE WHEN last.inventory_revision = c.inventory_revision THEN last.stored_bytes
        ELSE greatest(r.largest, least(r.summed, last.stored_bytes)) END AS "storedBytes",
      last.inventory_revision IS DISTINCT FROM c.inventory_revision AND (r.largest <> r.summed OR r.is_stale) AS "isStoredAbout",
      (SELECT count(*)::int FROM reclaim_rules u WHERE u.space_id = c.id) AS "ruleCount",
      (SELECT count(*)::int FROM bin_entries e WHERE e.space_id = c.id AND e.state IN ('recycling', 'held', 'restoring', 'purging')) AS "binEntryCount",
      (SELECT count(*)::int FROM runs x WHERE x.space_id = c.id AND x.finished_at IS NULL) AS "activeRunCount",
      EXISTS (SELECT 1 FROM repositories d JOIN repository_manifests rm ON rm.repository_id = d.id
        WHERE d.space_id = c.id AND rm.pushed_at_source = 'demo') AS "hasBackdatedTimes"
    FROM spaces c
    CROSS JOIN LATERAL (SELECT count(*)::int AS "repositoryCount", coalesce(sum(image_count), 0)::int AS "imageCount",
      coalesce(sum(tag_count), 0)::int AS "tagCount", coalesce(max(stored_bytes), 0)::bigint AS largest,
      coalesce(sum(stored_bytes), 0)::bigint AS summed, coalesce(bool_or(size_stale_since IS NOT NULL), false) AS is_stale
      FROM repositories WHERE space_id = c.id) r
    LEFT JOIN LATERAL (SELECT x.inventory_revision, x.stored_bytes FROM space_samples x WHERE x.space_id = c.id ORDER BY x.at DESC LIMIT 1) last ON true
    WHERE c.workspace_id = ${workspaceId} AND c.id = ANY(${[...spaceIds]})`;
  return new Map(rows.map((row) => [row.spaceId, { ...row, storedBytes: Number(row.storedBytes) }]));
}
