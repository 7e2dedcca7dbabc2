// Where the names of other systems lead, and what their lists show: by what an actor may see, never by ids.
import type { Actor } from "@/server/platform/auth/actor";
import { Prisma, prisma } from "@/server/platform/db/prisma";

/** A registry space as an actor sees it from outside: what these systems call a registry or a namespace. */
export interface Place {
  spaceId: string;
  workspaceId: string;
  registryId: string;
  name: string;
  prefix: string;
  registryUrl: string;
  createdAt: Date;
  storedBytes: number;
  measuredAt: Date | null;
}

/** Spaces of the workspaces that somebody is in, as far as their token lets them see, the oldest first. */
export function listPlaces(actor: Actor): Promise<Place[]> {
  if (actor.kind === "system") return Promise.resolve([]);
  const token = actor.token;
  const workspaces =
    actor.kind === "robot"
      ? Prisma.sql`SELECT ${actor.workspaceId}::text`
      : Prisma.sql`SELECT workspace_id FROM members WHERE user_id = ${actor.userId}`;
  const spaceIds = token?.spaceIds ? [...token.spaceIds] : null;
  return prisma().$queryRaw`
    SELECT s.id AS "spaceId", s.workspace_id AS "workspaceId", s.registry_id AS "registryId", s.name, s.prefix, r.url AS "registryUrl",
      s.created_at AS "createdAt", coalesce(sample.stored_bytes, 0)::float8 AS "storedBytes", sample.measured_at AS "measuredAt"
    FROM spaces s JOIN registries r ON r.id = s.registry_id AND r.detached_at IS NULL
    LEFT JOIN LATERAL (SELECT stored_bytes, measured_at FROM space_samples WHERE space_id = s.id ORDER BY at DESC LIMIT 1) sample ON true
    WHERE s.removed_at IS NULL AND s.workspace_id IN (${workspaces})
      AND (${token?.workspaceId ?? null}::text IS NULL OR s.workspace_id = ${token?.workspaceId ?? null})
      AND (${spaceIds}::text[] IS NULL OR s.id = ANY(${spaceIds}::text[]))
    ORDER BY s.created_at, s.id`;
}

export async function findRepositoryId(spaceId: string, name: string): Promise<string | null> {
  const row = await prisma().repository.findFirst({ where: { spaceId, name }, select: { id: true } });
  return row?.id ?? null;
}

/** The digest that a tag or digest of a repository stands for; null where the inventory has neither. */
export async function findDigest(repositoryId: string, reference: string): Promise<string | null> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT digest FROM repository_manifests WHERE repository_id = ${repositoryId} AND digest = ${reference}
    UNION ALL SELECT digest FROM tags WHERE repository_id = ${repositoryId} AND name = ${reference} LIMIT 1`;
  return rows[0]?.digest ?? null;
}

/** What a tag points at; null where there is none of this name. */
export async function findTagDigest(repositoryId: string, tag: string): Promise<string | null> {
  const row = await prisma().tag.findUnique({
    where: { repositoryId_name: { repositoryId, name: tag } },
    select: { digest: true },
  });
  return row?.digest ?? null;
}

export interface Slice {
  offset: number;
  limit: number;
}

export interface ListedImage {
  repositoryName: string;
  digest: string;
  logicalBytes: number;
  pushedAt: Date;
  tags: string[];
}

export interface ListedRepository {
  name: string;
  tagCount: number;
  imageCount: number;
  /** the one that was pushed last; null = none is left */
  latest: ListedImage | null;
}

const TAGS_OF_IMAGE = Prisma.sql`coalesce((SELECT array_agg(t.name ORDER BY t.name) FROM tags t
  WHERE t.repository_id = i.repository_id AND t.digest = i.digest), '{}')`;

/** Repositories of a space that hold anything, by name. */
export async function listRepositoryPage(
  spaceId: string,
  { offset, limit }: Slice,
): Promise<{ rows: ListedRepository[]; total: number }> {
  const where = { spaceId, imageCount: { gt: 0 } };
  const [total, repositories] = await Promise.all([
    prisma().repository.count({ where }),
    prisma().repository.findMany({ where, orderBy: { name: "asc" }, skip: offset, take: limit }),
  ]);
  const latest = await prisma().$queryRaw<(ListedImage & { repositoryId: string })[]>`
    SELECT r.id AS "repositoryId", i.repository_name AS "repositoryName", i.digest, i.logical_bytes::float8 AS "logicalBytes",
      i.pushed_at AS "pushedAt", ${TAGS_OF_IMAGE} AS tags
    FROM unnest(${repositories.map(({ id }) => id)}::text[]) AS r(id)
    CROSS JOIN LATERAL (SELECT * FROM images WHERE repository_id = r.id ORDER BY pushed_at DESC, digest DESC LIMIT 1) i`;
  const byId = new Map(latest.map(({ repositoryId, ...image }) => [repositoryId, image]));
  const rows = repositories.map(({ id, name, tagCount, imageCount }) => {
    return { name, tagCount, imageCount, latest: byId.get(id) ?? null };
  });
  return { rows, total };
}

export interface ListedTag {
  name: string;
  digest: string;
  logicalBytes: number;
  pushedAt: Date;
}

/** Tags of a repository, by name. */
export async function listTagPage(
  repositoryId: string,
  { offset, limit }: Slice,
): Promise<{ rows: ListedTag[]; total: number }> {
  const [total, rows] = await Promise.all([
    prisma().tag.count({ where: { repositoryId } }),
    prisma().$queryRaw<ListedTag[]>`
      SELECT t.name, t.digest, coalesce(i.logical_bytes, 0)::float8 AS "logicalBytes", t.pushed_at AS "pushedAt"
      FROM tags t LEFT JOIN images i ON i.repository_id = t.repository_id AND i.digest = t.digest
      WHERE t.repository_id = ${repositoryId} ORDER BY t.name LIMIT ${limit} OFFSET ${offset}`,
  ]);
  return { rows, total };
}

export interface ListedManifest extends ListedImage {
  blobs: { digest: string; sizeBytes: number }[];
}

/** Images of a repository with their configs and layers (of an index: those of its platforms), the latest pushed first. */
export async function listManifestPage(
  repositoryId: string,
  { offset, limit }: Slice,
): Promise<{ rows: ListedManifest[]; total: number }> {
  const [total, images] = await Promise.all([
    prisma().image.count({ where: { repositoryId } }),
    prisma().$queryRaw<ListedImage[]>`
      SELECT i.repository_name AS "repositoryName", i.digest, i.logical_bytes::float8 AS "logicalBytes", i.pushed_at AS "pushedAt",
        ${TAGS_OF_IMAGE} AS tags
      FROM images i WHERE i.repository_id = ${repositoryId}
      ORDER BY i.pushed_at DESC, i.digest DESC LIMIT ${limit} OFFSET ${offset}`,
  ]);
  const blobs = await prisma().$queryRaw<{ top: string; digest: string; sizeBytes: number }[]>`
    WITH top AS (
      SELECT i.digest, i.registry_id FROM images i
      WHERE i.repository_id = ${repositoryId} AND i.digest = ANY(${images.map(({ digest }) => digest)}::text[])
    ), part AS (
      SELECT digest AS top, registry_id, digest FROM top
      UNION
      SELECT top.digest, top.registry_id, ref.digest FROM top JOIN manifest_references ref
        ON ref.registry_id = top.registry_id AND ref.manifest_digest = top.digest AND ref.role = 'child'
    )
    SELECT part.top, ref.digest, max(ref.size_bytes)::float8 AS "sizeBytes" FROM part JOIN manifest_references ref
      ON ref.registry_id = part.registry_id AND ref.manifest_digest = part.digest
      AND ref.role IN ('config', 'layer') AND NOT ref.is_foreign
    GROUP BY 1, 2 ORDER BY 1, 2`;
  const byTop = new Map<string, ListedManifest["blobs"]>();
  for (const { top, ...blob } of blobs) byTop.set(top, [...(byTop.get(top) ?? []), blob]);
  return { rows: images.map((image) => ({ ...image, blobs: byTop.get(image.digest) ?? [] })), total };
}

export type CollectionRow = Prisma.RunGetPayload<object>;

/** A workspace's collections of a registry, the newest first; dry runs are no collections where these names come from. */
export async function listCollectionPage(
  place: { workspaceId: string; registryId: string },
  { offset, limit }: Slice,
): Promise<{ rows: CollectionRow[]; total: number }> {
  const { workspaceId, registryId } = place;
  const where = { workspaceId, registryId, kind: "gc", isDryRun: false } as const;
  const [total, rows] = await Promise.all([
    prisma().run.count({ where }),
    prisma().run.findMany({ where, orderBy: [{ createdAt: "desc" }, { id: "desc" }], skip: offset, take: limit }),
  ]);
  return { rows, total };
}

export function findCollection(
  place: { workspaceId: string; registryId: string },
  which: { id: string } | "active",
): Promise<CollectionRow | null> {
  const { workspaceId, registryId } = place;
  return prisma().run.findFirst({
    where: { workspaceId, registryId, kind: "gc", ...(which === "active" ? { finishedAt: null } : { id: which.id }) },
  });
}

/** The collection that ended last of these workspaces' registries, and removed something or ran to its end. */
export function findLastCollection(
  places: readonly { workspaceId: string; registryId: string }[],
): Promise<CollectionRow | null> {
  return prisma().run.findFirst({
    where: {
      ...{ kind: "gc", isDryRun: false, finishedAt: { not: null }, status: { not: "failed" } },
      OR: places.map(({ workspaceId, registryId }) => ({ workspaceId, registryId })),
    },
    orderBy: [{ finishedAt: "desc" }, { id: "desc" }],
  });
}
