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

export async function insertSpace(
  tx: Transaction,
  space: { id: string; workspaceId: string; registryId: string; name: string; prefix: string },
): Promise<void> {
  await tx.space.create({ data: space });
}

export async function updateSpaceRow(
  tx: Transaction,
  workspaceId: string,
  spaceId: string,
  change: { name?: string; binRetentionDays?: number; ignoredPullers?: string[]; isPublic?: boolean },
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
  ruleCount: number;
  binEntryCount: number;
  activeRunCount: number;
  hasBackdatedTimes: boolean;
}

/**
 * Counts and stored bytes of spaces in one statement; each blob of a space is counted once, manifests' own bytes included. An image is
 * what the list of images shows: a signature that is only tagged after its subject is none.
 */
export async function countSpaces(
  workspaceId: string,
  spaceIds: readonly string[],
): Promise<Map<string, SpaceNumbers>> {
  const rows = await prisma().$queryRaw<(Omit<SpaceNumbers, "storedBytes"> & { storedBytes: bigint })[]>`
    WITH chosen AS (SELECT id FROM spaces WHERE workspace_id = ${workspaceId} AND id = ANY(${[...spaceIds]})),
    held AS (
      SELECT DISTINCT r.space_id, rm.registry_id, rm.digest
      FROM repositories r JOIN repository_manifests rm ON rm.repository_id = r.id WHERE r.space_id IN (SELECT id FROM chosen)
    ),
    blobs AS (
      SELECT DISTINCT ON (h.space_id, ref.digest) h.space_id, ref.digest, ref.size_bytes FROM held h
      JOIN manifest_references ref ON ref.registry_id = h.registry_id AND ref.manifest_digest = h.digest
        AND ref.role IN ('config', 'layer') AND NOT ref.is_foreign
      ORDER BY h.space_id, ref.digest
    )
    SELECT c.id AS "spaceId",
      (SELECT count(*)::int FROM repositories r WHERE r.space_id = c.id) AS "repositoryCount",
      (SELECT count(*)::int FROM repositories r JOIN repository_manifests rm ON rm.repository_id = r.id
        JOIN manifests m ON m.registry_id = rm.registry_id AND m.digest = rm.digest
        WHERE r.space_id = c.id
          AND NOT EXISTS (
            SELECT 1 FROM manifest_references ref
            JOIN repository_manifests parent ON parent.repository_id = rm.repository_id AND parent.digest = ref.manifest_digest
            WHERE ref.registry_id = rm.registry_id AND ref.digest = rm.digest AND ref.role = 'child'
              AND NOT EXISTS (SELECT 1 FROM tags own WHERE own.repository_id = rm.repository_id AND own.digest = rm.digest))
          AND NOT EXISTS (
            SELECT 1 FROM repository_manifests subject
            WHERE subject.repository_id = rm.repository_id AND subject.digest = m.subject_digest)
          AND NOT EXISTS (
            SELECT 1 FROM tags fallback
            WHERE fallback.repository_id = rm.repository_id AND fallback.digest = rm.digest AND fallback.name ~ '^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$'
              AND EXISTS (SELECT 1 FROM repository_manifests subject WHERE subject.repository_id = rm.repository_id
                          AND subject.digest = 'sha256:' || substr(fallback.name, 8, 64)))) AS "imageCount",
      (SELECT count(*)::int FROM tags t JOIN repositories r ON r.id = t.repository_id WHERE r.space_id = c.id) AS "tagCount",
      (coalesce((SELECT sum(size_bytes) FROM blobs b WHERE b.space_id = c.id), 0)
        + coalesce((SELECT sum(m.size_bytes) FROM held h JOIN manifests m USING (registry_id, digest) WHERE h.space_id = c.id), 0))::bigint AS "storedBytes",
      (SELECT count(*)::int FROM reclaim_rules u WHERE u.space_id = c.id) AS "ruleCount",
      (SELECT count(*)::int FROM bin_entries e WHERE e.space_id = c.id AND e.state IN ('recycling', 'held', 'restoring', 'purging')) AS "binEntryCount",
      (SELECT count(*)::int FROM runs x WHERE x.space_id = c.id AND x.finished_at IS NULL) AS "activeRunCount",
      EXISTS (SELECT 1 FROM repositories r JOIN repository_manifests rm ON rm.repository_id = r.id
        WHERE r.space_id = c.id AND rm.pushed_at_source = 'demo') AS "hasBackdatedTimes"
    FROM chosen c`;
  return new Map(rows.map((row) => [row.spaceId, { ...row, storedBytes: Number(row.storedBytes) }]));
}
