import { escapeLike } from "@/lib/like";
import { Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

/** The space that pins are in, under its owner's workspace. */
export interface PinPlace {
  id: string;
  workspaceId: string;
  registryId: string;
}

export interface PinRow {
  id: string;
  repositoryName: string;
  digest: string;
  tags: string[];
  isGone: boolean;
  reason: string;
  ownerId: string | null;
  ownerName: string;
  createdAt: Date;
  expiresAt: Date | null;
}

const ACTIVE = Prisma.sql`(p.expires_at IS NULL OR p.expires_at > now())`;
const COLUMNS = Prisma.sql`
  SELECT p.id, p.repository_name AS "repositoryName", p.digest, p.reason, p.owner_id AS "ownerId", p.owner_name AS "ownerName",
    p.created_at AS "createdAt", p.expires_at AS "expiresAt",
    ARRAY(SELECT t.name FROM tags t WHERE t.repository_id = r.id AND t.digest = p.digest ORDER BY t.name) AS tags,
    NOT EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.repository_id = r.id AND rm.digest = p.digest) AS "isGone"
  FROM pins p LEFT JOIN repositories r ON r.space_id = p.space_id AND r.name = p.repository_name`;

export interface PinFilter {
  spaceId: string;
  repository?: string | undefined;
  search?: string | undefined;
  /** Whether a search looks for reasons and names of people, too. */
  searchesWords: boolean;
}

/** A page of the pins that hold now, newest first. */
export function listPinRows(
  filter: PinFilter & { before?: { createdAt: Date; id: string } | undefined; limit: number },
): Promise<PinRow[]> {
  const { before } = filter;
  const after = before
    ? Prisma.sql`AND (p.created_at < ${before.createdAt} OR (p.created_at = ${before.createdAt} AND p.id > ${before.id}))`
    : Prisma.empty;
  return prisma().$queryRaw<PinRow[]>`
    ${COLUMNS} WHERE ${shown(filter)} ${after} ORDER BY p.created_at DESC, p.id LIMIT ${filter.limit}`;
}

export async function countPinRows(filter: PinFilter): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pins p WHERE ${shown(filter)}`;
  return rows[0]?.count ?? 0;
}

/** Pins of a space that hold now, by id, in the order of their images. */
export function findPinRows(tx: Transaction, place: PinPlace, ids: readonly string[]): Promise<PinRow[]> {
  return tx.$queryRaw<PinRow[]>`
    ${COLUMNS} WHERE p.id = ANY(${[...ids]}) AND p.space_id = ${place.id} AND p.workspace_id = ${place.workspaceId} AND ${ACTIVE}
    ORDER BY p.repository_name, p.digest`;
}

/**
 * Locks spaces until the transaction ends, in one order, and answers those that are still there. Whoever changes pins does this first:
 * the removal of a space locks the space before its pins, and with them the other way round both would wait for each other.
 */
export async function lockSpacesOfPins(tx: Transaction, spaceIds: readonly string[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM spaces WHERE id = ANY(${[...spaceIds]}) AND removed_at IS NULL ORDER BY id FOR NO KEY UPDATE`;
  return rows.map((row) => row.id);
}

/** Locks a pin that holds now until the transaction ends, after its space; false where there is none. */
export async function lockPin(tx: Transaction, place: PinPlace, pinId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT p.id FROM pins p WHERE p.id = ${pinId} AND p.space_id = ${place.id} AND p.workspace_id = ${place.workspaceId} AND ${ACTIVE}
    FOR UPDATE`;
  return rows.length === 1;
}

export interface NewPin {
  id: string;
  repositoryName: string;
  digest: string;
}

/** Of these images, those that their repositories have. */
export async function listPinnable(
  tx: Transaction,
  place: PinPlace,
  images: readonly { repositoryName: string; digest: string }[],
): Promise<{ repositoryName: string; digest: string }[]> {
  return tx.$queryRaw`
    SELECT DISTINCT r.name AS "repositoryName", rm.digest
    FROM unnest(${images.map((image) => image.repositoryName)}::text[], ${images.map((image) => image.digest)}::text[]) AS named(name, digest)
    JOIN repositories r ON r.space_id = ${place.id} AND r.name = named.name
    JOIN repository_manifests rm ON rm.repository_id = r.id AND rm.digest = named.digest`;
}

/** Pins images that are not pinned yet, and answers the ids of the pins that were made. */
export async function insertPins(
  tx: Transaction,
  place: PinPlace,
  pins: readonly NewPin[],
  shared: { reason: string; ownerId: string | null; ownerName: string; expiresAt: Date | null },
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO pins (id, workspace_id, space_id, repository_name, digest, reason, owner_id, owner_name, expires_at)
    SELECT n.id, ${place.workspaceId}, ${place.id}, n.name, n.digest, ${shared.reason}, ${shared.ownerId}, ${shared.ownerName}, ${shared.expiresAt}
    FROM unnest(${pins.map((pin) => pin.id)}::text[], ${pins.map((pin) => pin.repositoryName)}::text[], ${pins.map((pin) => pin.digest)}::text[])
      AS n(id, name, digest)
    ON CONFLICT (space_id, repository_name, digest) DO NOTHING RETURNING id`;
  return rows.map((row) => row.id);
}

export async function writePin(
  tx: Transaction,
  pinId: string,
  change: { reason?: string | undefined; expiresAt?: Date | null | undefined },
): Promise<void> {
  const { reason, expiresAt } = change;
  await tx.pin.update({
    where: { id: pinId },
    data: { ...(reason === undefined ? {} : { reason }), ...(expiresAt === undefined ? {} : { expiresAt }) },
  });
}

export async function removePin(tx: Transaction, pinId: string): Promise<void> {
  await tx.pin.delete({ where: { id: pinId } });
}

export interface EndedPin {
  workspaceId: string;
  spaceId: string;
  repositoryName: string;
  digest: string;
  ownerName: string;
  expiresAt: Date;
}

/** Spaces with pins whose time is up. */
export async function listSpacesWithExpiredPins(tx: Transaction): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`SELECT DISTINCT space_id AS id FROM pins WHERE expires_at <= now()`;
  return rows.map((row) => row.id);
}

/** Takes pins of these spaces whose time is up out of the way, and answers them. The spaces are locked. */
export function takeExpiredPins(tx: Transaction, spaceIds: readonly string[]): Promise<EndedPin[]> {
  return tx.$queryRaw<EndedPin[]>`
    DELETE FROM pins WHERE expires_at <= now() AND space_id = ANY(${[...spaceIds]})
    RETURNING workspace_id AS "workspaceId", space_id AS "spaceId", repository_name AS "repositoryName", digest,
      owner_name AS "ownerName", expires_at AS "expiresAt"`;
}

/** Open pages of the space look again. */
export async function raiseSpaceRevision(tx: Transaction, spaceId: string): Promise<void> {
  await tx.$executeRaw`UPDATE spaces SET inventory_revision = inventory_revision + 1 WHERE id = ${spaceId}`;
}

/** What holds the digests of a space (or of one repository of it) now. */
export function listHoldingPins(
  spaceId: string,
  repositoryName: string | null,
): Promise<{ repositoryName: string; digest: string; reason: string; ownerName: string; expiresAt: Date | null }[]> {
  return prisma().$queryRaw`
    SELECT p.repository_name AS "repositoryName", p.digest, p.reason, p.owner_name AS "ownerName", p.expires_at AS "expiresAt"
    FROM pins p WHERE p.space_id = ${spaceId} AND (${repositoryName}::text IS NULL OR p.repository_name = ${repositoryName}) AND ${ACTIVE}`;
}

/**
 * Until this transaction ends, nobody passes `awaitPinsBeingMade`: a collection reads the pins after it. Registries are locked before spaces.
 */
export async function holdRegistry(tx: Transaction, registryId: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM registries WHERE id = ${registryId} FOR KEY SHARE`;
}

/** Waits for those who hold the registry: they have read its collection before it came so far, and what they wrote is there now. */
export async function awaitPinsBeingMade(registryId: string): Promise<void> {
  await prisma().$queryRaw`SELECT id FROM registries WHERE id = ${registryId} FOR UPDATE`;
}

/**
 * The collection of a registry that takes untagged manifests and is in one of these phases. One whose run has ended counts as long as the
 * registry is read-only for it: nobody knows then whether it stands still.
 */
export async function findCollectionWithUntagged(
  tx: Transaction,
  registryId: string,
  phases: readonly string[],
): Promise<{ workspaceId: string; requestedByName: string; phase: string; startedAt: Date | null } | null> {
  const rows = await tx.$queryRaw<
    { workspaceId: string; requestedByName: string; phase: string; startedAt: Date | null }[]
  >`
    SELECT u.workspace_id AS "workspaceId", u.requested_by_name AS "requestedByName", u.phase, u.started_at AS "startedAt"
    FROM runs u JOIN registries r ON r.id = u.registry_id
    WHERE u.registry_id = ${registryId} AND u.kind = 'gc' AND NOT u.is_dry_run AND u.phase = ANY(${[...phases]})
      AND (u.options ->> 'deleteUntagged')::boolean AND (u.finished_at IS NULL OR u.id = r.read_only_run_id) LIMIT 1`;
  return rows[0] ?? null;
}

/** Digests that a pin holds now, in any space of a registry. */
export async function listPinnedDigestRows(registryId: string): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT DISTINCT p.digest FROM pins p JOIN spaces s ON s.id = p.space_id WHERE s.registry_id = ${registryId}
      AND s.removed_at IS NULL AND ${ACTIVE}`;
  return rows.map((row) => row.digest);
}

function shown({ spaceId, repository, search, searchesWords }: PinFilter): Prisma.Sql {
  const conditions = [Prisma.sql`p.space_id = ${spaceId} AND ${ACTIVE}`];
  if (repository) conditions.push(Prisma.sql`p.repository_name = ${repository}`);
  if (search) {
    const pattern = `%${escapeLike(search)}%`;
    const words = Prisma.sql`OR p.reason ILIKE ${pattern} OR p.owner_name ILIKE ${pattern}`;
    conditions.push(
      Prisma.sql`(p.repository_name ILIKE ${pattern} OR p.digest LIKE ${pattern} ${searchesWords ? words : Prisma.empty})`,
    );
  }
  return Prisma.join(conditions, " AND ");
}
