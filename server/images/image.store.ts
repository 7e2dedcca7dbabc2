// Lists of images: pages in four orders by keyset or position, counts, and what belongs to each image of a page.
import type { ImageDto, ImageFilterDto } from "@/contracts/images";
import { tagGlobRegex } from "@/domain/images/tag-glob";
import { escapeLike } from "@/lib/like";
import { Prisma, prisma } from "@/server/platform/db/prisma";
import { isPresent, membersOfTop } from "./image-parts.store";

export interface ImageKey {
  repositoryId: string;
  repositoryName: string;
  digest: string;
}

/** A page of a chosen set of images that are there, by repository and digest. */
export function listImageKeysAfter(
  chosen: Prisma.Sql,
  after: Pick<ImageKey, "repositoryId" | "digest"> | null,
  limit: number,
): Promise<ImageKey[]> {
  return prisma().$queryRaw<ImageKey[]>`
    SELECT i.repository_id AS "repositoryId", i.repository_name AS "repositoryName", i.digest
    FROM (${chosen}) chosen JOIN images i ON i.repository_id = chosen.repository_id AND i.digest = chosen.digest
    WHERE (i.repository_id, i.digest) > (${after?.repositoryId ?? ""}, ${after?.digest ?? ""})
    ORDER BY i.repository_id, i.digest LIMIT ${limit}`;
}

export type ImageSort = "pushed" | "pulled" | "size" | "name";

export interface ImagePosition {
  /** The sort key's values of the last image that was passed, as text. */
  values: readonly string[];
  digest: string;
  repositoryId: string;
}

export interface ImageListRow extends ImageKey {
  mediaType: string;
  kind: ImageDto["kind"];
  artifactType: string | null;
  pushedAt: Date;
  pushedAtSource: string;
  lastPulledAt: Date | null;
  untaggedSince: Date | null;
  firstTag: string;
  tagNames: string;
  platforms: string[];
  childCount: number;
  referrerCount: number;
  logicalBytes: bigint;
  health: ImageDto["health"];
  missing: string[];
}

const EPOCH = Prisma.sql`'1970-01-01 00:00:00+00'::timestamptz`;

/** Sort keys: what an index of the migration holds, in its words. */
const SORT_KEYS: Record<ImageSort, readonly { column: Prisma.Sql; type: Prisma.Sql }[]> = {
  pushed: [{ column: Prisma.sql`i.pushed_at`, type: Prisma.sql`timestamptz` }],
  pulled: [{ column: Prisma.sql`coalesce(i.last_pulled_at, ${EPOCH})`, type: Prisma.sql`timestamptz` }],
  size: [{ column: Prisma.sql`i.logical_bytes`, type: Prisma.sql`bigint` }],
  name: [
    { column: Prisma.sql`i.repository_name`, type: Prisma.sql`text` },
    { column: Prisma.sql`i.first_tag`, type: Prisma.sql`text` },
  ],
};

/** The conditions of a filter on `images i`, those of its space included. */
export async function imageConditions(spaceId: string, filter: ImageFilterDto): Promise<Prisma.Sql> {
  const found = await findSearched(spaceId, filter);
  const conditions: Prisma.Sql[] = [Prisma.sql`i.space_id = ${spaceId}`];
  const add = (condition: Prisma.Sql) => conditions.push(condition);
  if (filter.repository !== undefined) {
    add(
      Prisma.sql`i.repository_id = (SELECT r.id FROM repositories r WHERE r.space_id = ${spaceId} AND r.name = ${filter.repository})`,
    );
  }
  if (filter.state === "tagged") add(Prisma.sql`i.tag_count > 0`);
  if (filter.state === "untagged") add(Prisma.sql`i.tag_count = 0`);
  if (filter.kind !== undefined) add(Prisma.sql`i.kind = ${filter.kind}`);
  if (filter.health === "broken") add(Prisma.sql`i.health <> 'whole'`);
  else if (filter.health !== undefined) add(Prisma.sql`i.health = ${filter.health}`);
  if (filter.olderThanDays !== undefined) add(Prisma.sql`i.pushed_at < ${daysAgo(filter.olderThanDays)}`);
  if (filter.youngerThanDays !== undefined) add(Prisma.sql`i.pushed_at >= ${daysAgo(filter.youngerThanDays)}`);
  if (filter.idleDays !== undefined) {
    const since = daysAgo(filter.idleDays);
    add(Prisma.sql`i.pushed_at < ${since} AND (i.last_pulled_at IS NULL OR i.last_pulled_at < ${since})`);
  }
  if (filter.pulled === "never") add(Prisma.sql`i.last_pulled_at IS NULL`);
  if (filter.pulled === "ever") add(Prisma.sql`i.last_pulled_at IS NOT NULL`);
  if (filter.minBytes !== undefined) add(Prisma.sql`i.logical_bytes >= ${BigInt(filter.minBytes)}`);
  if (filter.maxBytes !== undefined) add(Prisma.sql`i.logical_bytes <= ${BigInt(filter.maxBytes)}`);
  if (filter.platform !== undefined) add(Prisma.sql`i.platforms && ${withVariants(filter.platform)}::text[]`);
  if (filter.pinned !== undefined) {
    const pinned = Prisma.sql`EXISTS (SELECT 1 FROM pins p WHERE p.space_id = i.space_id AND p.repository_name = i.repository_name
      AND p.digest = i.digest AND (p.expires_at IS NULL OR p.expires_at > now()))`;
    add(filter.pinned === "yes" ? pinned : Prisma.sql`NOT ${pinned}`);
  }
  if (filter.tag) add(Prisma.sql`i.tag_names ~ ${tagGlobRegex(filter.tag)}`);
  if (filter.search) add(searchCondition(filter.search, found));
  return Prisma.join(conditions, " AND ");
}

const VARIANTS = ["", "/v1", "/v2", "/v3", "/v4", "/v5", "/v6", "/v7", "/v8", "/v9"];

/** linux/arm64 finds linux/arm64/v8 too, and arm64 alone that of every system; in any case. */
function withVariants(platform: string): string[] {
  const wanted = platform.trim().toLowerCase();
  if (!wanted.includes("/")) return [...withVariants(`linux/${wanted}`), `windows/${wanted}`, wanted];
  return VARIANTS.map((variant) => `${wanted}${variant}`);
}

/** Repositories whose name holds a search, or what stands in it before a tag. */
interface Searched {
  byName: readonly string[];
  tagged: { repositoryIds: readonly string[]; tag: string } | null;
}

/** Each alternative has an index of its own; what cannot be the start of a digest is not looked for among digests. */
function searchCondition(search: string, { byName, tagged }: Searched): Prisma.Sql {
  const ways = [Prisma.sql`i.tag_names ILIKE ${`%${escapeLike(search)}%`}`];
  if (byName.length > 0) ways.push(Prisma.sql`i.repository_id = ANY(${[...byName]})`);
  if (tagged && tagged.repositoryIds.length > 0) {
    const tag = `%\n${escapeLike(tagged.tag)}%`;
    ways.push(Prisma.sql`(i.repository_id = ANY(${[...tagged.repositoryIds]}) AND i.tag_names ILIKE ${tag})`);
  }
  const hex = /^(?:sha256:)?([0-9a-f]*)$/.exec(search.toLowerCase())?.[1];
  if (hex)
    ways.push(Prisma.sql`(i.digest >= ${`sha256:${hex}`} COLLATE "C" AND i.digest < ${`sha256:${hex}g`} COLLATE "C")`);
  return Prisma.sql`(${Prisma.join(ways, " OR ")})`;
}

/** Resolved first, because a subquery in an alternative hides the indexes. A search may be all of a reference: `registry/acme/api:2.6`. */
async function findSearched(spaceId: string, filter: ImageFilterDto): Promise<Searched> {
  if (!filter.search) return { byName: [], tagged: null };
  const reference = /^(.+):([\w][\w.-]{0,127})$/.exec(filter.search);
  const [byName, repositoryIds] = await Promise.all([
    findNamed(spaceId, filter.search),
    reference?.[1] ? findNamed(spaceId, reference[1]) : [],
  ]);
  return { byName, tagged: reference?.[2] ? { repositoryIds, tag: reference[2] } : null };
}

/** Ids of the repositories whose name holds a text, or that it names behind a registry's address. */
async function findNamed(spaceId: string, text: string): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    SELECT id FROM repositories WHERE space_id = ${spaceId}
      AND (name ILIKE ${`%${escapeLike(text)}%`} OR right(lower(${text}::text), length(name) + 1) = '/' || name)`;
  return rows.map((row) => row.id);
}

function daysAgo(days: number): Prisma.Sql {
  return Prisma.sql`now() - make_interval(days => ${days}::int)`;
}

/** A page of images, after an image or at a position of the order. */
export async function listImageRows(input: {
  spaceId: string;
  filter: ImageFilterDto;
  sort: ImageSort;
  isDescending: boolean;
  after: ImagePosition | null;
  position: number;
  limit: number;
}): Promise<ImageListRow[]> {
  const { spaceId, filter, sort, isDescending, after, position, limit } = input;
  const conditions = await imageConditions(spaceId, filter);
  const keys = SORT_KEYS[sort];
  const direction = isDescending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const columns = [...keys.map((key) => key.column), Prisma.sql`i.digest`, Prisma.sql`i.repository_id`];
  const seek =
    after === null
      ? Prisma.empty
      : Prisma.sql`AND (${Prisma.join(columns)}) ${isDescending ? Prisma.sql`<` : Prisma.sql`>`} (${Prisma.join([
          ...keys.map((key, index) => Prisma.sql`${after.values[index] ?? ""}::text::${key.type}`),
          Prisma.sql`${after.digest}`,
          Prisma.sql`${after.repositoryId}`,
        ])})`;
  const order = Prisma.join(columns.map((column) => Prisma.sql`${column} ${direction}`));
  // The keys first, from the index alone where it can be: a far position passes over index entries, not rows.
  return prisma().$queryRaw<ImageListRow[]>`
    SELECT i.repository_id AS "repositoryId", i.repository_name AS "repositoryName", i.digest, i.media_type AS "mediaType", i.kind,
      i.artifact_type AS "artifactType", i.pushed_at AS "pushedAt", i.pushed_at_source AS "pushedAtSource",
      i.last_pulled_at AS "lastPulledAt", i.untagged_since AS "untaggedSince", i.first_tag AS "firstTag", i.tag_names AS "tagNames",
      i.platforms, i.child_count AS "childCount", i.referrer_count AS "referrerCount", i.logical_bytes AS "logicalBytes", i.health, i.missing
    FROM (SELECT i.repository_id, i.digest FROM images i WHERE ${conditions} ${seek}
          ORDER BY ${order} LIMIT ${limit} OFFSET ${position}) page
    JOIN images i ON i.repository_id = page.repository_id AND i.digest = page.digest
    ORDER BY ${order}`;
}

/** Where an image stands in an order, for the page after it. */
export function positionOf(row: ImageListRow, sort: ImageSort): ImagePosition {
  const values = {
    pushed: () => [row.pushedAt.toISOString()],
    pulled: () => [(row.lastPulledAt ?? new Date(0)).toISOString()],
    size: () => [String(row.logicalBytes)],
    name: () => [row.repositoryName, row.firstTag],
  };
  return { values: values[sort](), digest: row.digest, repositoryId: row.repositoryId };
}

/** How many images a filter finds; counting stops at `max`. */
export async function countImages(spaceId: string, filter: ImageFilterDto, max: number): Promise<number> {
  const conditions = await imageConditions(spaceId, filter);
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (SELECT 1 FROM images i WHERE ${conditions} LIMIT ${max}) found`;
  return rows[0]?.count ?? 0;
}

/** All images of a space, or of a repository of it, from the repositories' own counts. */
export async function countAllImages(
  spaceId: string,
  repository: string | undefined,
  state: "any" | "untagged",
): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT coalesce(sum(${state === "any" ? Prisma.sql`image_count` : Prisma.sql`untagged_count`}), 0)::int AS count
    FROM repositories WHERE space_id = ${spaceId} AND (${repository ?? null}::text IS NULL OR name = ${repository ?? null})`;
  return rows[0]?.count ?? 0;
}

export interface ImageMember {
  repositoryId: string;
  top: string;
  digest: string;
  role: "top" | "child" | "referrer";
  kind: "image" | "index" | "unknown";
  artifactType: string | null;
  platform: string | null;
  /** false for a child that an index names and the repository does not have */
  isPresent: boolean;
  tag: string | null;
}

/** Everything that belongs to each of these images: itself, children at any depth, referrers of any of them. */
export async function listMembers(
  registryId: string,
  keys: readonly Pick<ImageKey, "repositoryId" | "digest">[],
): Promise<ImageMember[]> {
  return prisma().$queryRaw<ImageMember[]>`
    WITH RECURSIVE ${topOf(keys)}, ${membersOfTop(registryId)}
    SELECT DISTINCT ON (c.repository_id, c.top, c.digest)
      c.repository_id AS "repositoryId", c.top, c.digest, c.role, coalesce(m.kind, 'unknown') AS kind, m.artifact_type AS "artifactType",
      coalesce(c.platform, m.platform) AS platform, ${isPresent("c")} AS "isPresent",
      (SELECT min(t.name) FROM tags t WHERE t.repository_id = c.repository_id AND t.digest = c.digest) AS tag
    FROM member c
    LEFT JOIN LATERAL (SELECT m.kind, m.artifact_type, m.platform FROM manifests m
      WHERE m.registry_id = ${registryId} AND m.digest = c.digest LIMIT 1) m ON true
    ORDER BY c.repository_id, c.top, c.digest, c.depth`;
}

export function topOf(keys: readonly Pick<ImageKey, "repositoryId" | "digest">[]): Prisma.Sql {
  return Prisma.sql`top AS MATERIALIZED (SELECT * FROM unnest(${keys.map((key) => key.repositoryId)}::text[],
    ${keys.map((key) => key.digest)}::text[]) AS t(repository_id, digest))`;
}

export interface PinRow {
  repositoryName: string;
  digest: string;
  id: string;
  reason: string;
  ownerName: string;
  expiresAt: Date | null;
}

/** The pins that hold now, of these images. */
export function listPinsOf(
  spaceId: string,
  keys: readonly Pick<ImageKey, "repositoryName" | "digest">[],
): Promise<PinRow[]> {
  return prisma().$queryRaw<PinRow[]>`
    SELECT p.repository_name AS "repositoryName", p.digest, p.id, p.reason, p.owner_name AS "ownerName", p.expires_at AS "expiresAt"
    FROM unnest(${keys.map((key) => key.repositoryName)}::text[], ${keys.map((key) => key.digest)}::text[]) AS k(repository_name, digest)
    JOIN pins p ON p.space_id = ${spaceId} AND p.repository_name = k.repository_name AND p.digest = k.digest
    WHERE p.expires_at IS NULL OR p.expires_at > now()`;
}
