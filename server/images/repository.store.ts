import { escapeLike } from "@/lib/like";
import { Prisma, prisma } from "@/server/platform/db/prisma";

export interface RepositoryRow {
  id: string;
  name: string;
  imageCount: number;
  tagCount: number;
  untaggedCount: number;
  brokenCount: number;
  logicalBytes: bigint;
  storedBytes: bigint;
  isSizeStale: boolean;
  lastPushedAt: Date | null;
  lastPulledAt: Date | null;
}

export type RepositorySort = "name" | "size" | "images" | "pushed";

const EPOCH = Prisma.sql`'1970-01-01 00:00:00+00'::timestamptz`;
const SORT_KEYS: Record<RepositorySort, { column: Prisma.Sql; type: Prisma.Sql } | null> = {
  name: null,
  size: { column: Prisma.sql`r.stored_bytes`, type: Prisma.sql`bigint` },
  images: { column: Prisma.sql`r.image_count`, type: Prisma.sql`int` },
  pushed: { column: Prisma.sql`coalesce(r.last_pushed_at, ${EPOCH})`, type: Prisma.sql`timestamptz` },
};

/** Repositories of a space that hold an image: by name from a to z, or the largest or latest first. */
export async function listRepositoryRows(input: {
  spaceId: string;
  search?: string | undefined;
  sort: RepositorySort;
  /** the sort key's value (none for the name) and the name of the last repository that was passed */
  after: { value: string; name: string } | null;
  limit: number;
}): Promise<RepositoryRow[]> {
  const { spaceId, search, sort, after, limit } = input;
  const key = SORT_KEYS[sort];
  const seek =
    after === null
      ? Prisma.empty
      : key === null
        ? Prisma.sql`AND r.name > ${after.name}`
        : Prisma.sql`AND (${key.column}, r.name) < (${after.value}::text::${key.type}, ${after.name})`;
  return prisma().$queryRaw<RepositoryRow[]>`
    SELECT r.id, r.name, r.image_count AS "imageCount", r.tag_count AS "tagCount", r.untagged_count AS "untaggedCount",
      r.broken_count AS "brokenCount", r.logical_bytes AS "logicalBytes", r.stored_bytes AS "storedBytes",
      r.size_stale_since IS NOT NULL AS "isSizeStale", r.last_pushed_at AS "lastPushedAt", r.last_pulled_at AS "lastPulledAt"
    FROM repositories r WHERE ${found(spaceId, search)} ${seek}
    ORDER BY ${key === null ? Prisma.sql`r.name` : Prisma.sql`${key.column} DESC, r.name DESC`} LIMIT ${limit}`;
}

export async function countRepositories(spaceId: string, search: string | undefined): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM repositories r WHERE ${found(spaceId, search)}`;
  return rows[0]?.count ?? 0;
}

function found(spaceId: string, search: string | undefined): Prisma.Sql {
  const named = search ? Prisma.sql`AND r.name ILIKE ${`%${escapeLike(search)}%`}` : Prisma.empty;
  return Prisma.sql`r.space_id = ${spaceId} AND r.image_count > 0 ${named}`;
}
