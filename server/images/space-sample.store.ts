// What spaces hold at a moment, kept once an hour.
import { Prisma, prisma } from "@/server/platform/db/prisma";

/** A space that changes all the time is measured again each so often: the more images, the heavier. */
const MEASURED_EVERY = Prisma.sql`CASE WHEN last.image_count > 10000 THEN interval '10 minutes'
  WHEN last.image_count > 1000 THEN interval '1 minute' ELSE interval '5 seconds' END`;

export interface DueSpace {
  spaceId: string;
  workspaceId: string;
  registryId: string;
  revision: bigint;
  /** there is no sample of this hour yet */
  isNewHour: boolean;
  /** of the last sample; null where there is none, or the inventory is another by now */
  storedBytes: bigint | null;
  untaggedBytes: bigint | null;
}

/**
 * Spaces that need a sample: without one of this hour, or changed since (their inventory, or by a run that ended). Spaces in which nothing
 * was ever found have none.
 */
export function listDueSpaces(hour: Date, now: Date, afterId: string, limit: number): Promise<DueSpace[]> {
  return prisma().$queryRaw<DueSpace[]>`
    SELECT s.id AS "spaceId", s.workspace_id AS "workspaceId", s.registry_id AS "registryId", s.inventory_revision AS revision,
      coalesce(last.at < ${hour}, true) AS "isNewHour",
      CASE WHEN last.inventory_revision = s.inventory_revision THEN last.stored_bytes END AS "storedBytes",
      CASE WHEN last.inventory_revision = s.inventory_revision THEN last.untagged_bytes END AS "untaggedBytes"
    FROM spaces s
    LEFT JOIN LATERAL (SELECT x.* FROM space_samples x WHERE x.space_id = s.id ORDER BY x.at DESC LIMIT 1) last ON true
    WHERE s.removed_at IS NULL AND s.id > ${afterId} AND s.inventory_revision > 0 AND (
      last.at IS NULL OR last.at < ${hour}
      OR (last.measured_at < ${now}::timestamptz - ${MEASURED_EVERY}
        AND (last.inventory_revision <> s.inventory_revision
          OR EXISTS (SELECT 1 FROM runs u WHERE u.space_id = s.id AND NOT u.is_dry_run AND u.finished_at > last.measured_at))))
    ORDER BY s.id LIMIT ${limit}`;
}

export interface MeasuredSpace {
  spaceId: string;
  revision: bigint;
  storedBytes: bigint;
  untaggedBytes: bigint;
  binBytes: number;
}

/**
 * Writes the rows of an hour in one statement, counts from the repositories. Of two workers the one that measured last wins; a space that
 * was removed meanwhile gets none.
 */
export async function writeSamples(hour: Date, now: Date, measured: readonly MeasuredSpace[]): Promise<void> {
  const column = <K extends keyof MeasuredSpace>(key: K) => measured.map((one) => String(one[key]));
  await prisma().$executeRaw`
    INSERT INTO space_samples (space_id, at, measured_at, inventory_revision, workspace_id, image_count, tag_count, logical_bytes,
      stored_bytes, untagged_bytes, bin_bytes, freed_bytes)
    SELECT s.id, ${hour}, ${now}, m.revision, s.workspace_id, r.images, r.tags, r.logical, m.stored, m.untagged, m.bin, freed.bytes
    FROM unnest(${column("spaceId")}::text[], ${column("revision")}::bigint[], ${column("storedBytes")}::bigint[],
      ${column("untaggedBytes")}::bigint[], ${column("binBytes")}::bigint[]) AS m(space_id, revision, stored, untagged, bin)
    JOIN spaces s ON s.id = m.space_id AND s.removed_at IS NULL
    CROSS JOIN LATERAL (SELECT coalesce(sum(image_count), 0)::int AS images, coalesce(sum(tag_count), 0)::int AS tags,
      coalesce(sum(logical_bytes), 0)::bigint AS logical FROM repositories WHERE space_id = s.id) r
    CROSS JOIN LATERAL (SELECT coalesce(sum((u.totals->>'freedBytes')::bigint), 0)::bigint AS bytes FROM runs u
      WHERE u.registry_id = s.registry_id AND u.kind = 'gc' AND u.workspace_id = s.workspace_id AND NOT u.is_dry_run) freed
    ON CONFLICT (space_id, at) DO UPDATE SET (measured_at, inventory_revision, image_count, tag_count, logical_bytes, stored_bytes,
        untagged_bytes, bin_bytes, freed_bytes) = ROW (excluded.measured_at, excluded.inventory_revision, excluded.image_count,
        excluded.tag_count, excluded.logical_bytes, excluded.stored_bytes, excluded.untagged_bytes, excluded.bin_bytes, excluded.freed_bytes)
      WHERE space_samples.measured_at <= excluded.measured_at`;
}

/** Of days that began before `before` only the last sample stays. */
export async function thinSamples(spaceIds: readonly string[], before: Date): Promise<number> {
  return prisma().$executeRaw`
    DELETE FROM space_samples s WHERE s.space_id = ANY(${[...spaceIds]}) AND s.at < date_trunc('day', ${before}::timestamptz, 'UTC')
      AND EXISTS (SELECT 1 FROM space_samples later WHERE later.space_id = s.space_id AND later.at > s.at
        AND later.at < date_trunc('day', s.at, 'UTC') + interval '1 day')`;
}

export interface SampleRow {
  at: Date;
  imageCount: number;
  tagCount: number;
  logicalBytes: bigint;
  storedBytes: bigint;
  untaggedBytes: bigint;
  binBytes: bigint;
  freedBytes: bigint;
}

/** Samples of a space since a moment, oldest first: of more than `limit` the last of each of `limit` equal slices. */
export function listSamples(
  workspaceId: string,
  spaceId: string,
  since: Date,
  until: Date,
  limit: number,
): Promise<SampleRow[]> {
  return prisma().$queryRaw<SampleRow[]>`
    WITH found AS (
      SELECT x.*, CASE WHEN count(*) OVER () <= ${limit}::int THEN extract(epoch FROM x.at)
        ELSE floor(extract(epoch FROM x.at - ${since}::timestamptz) / extract(epoch FROM ${until}::timestamptz - ${since}::timestamptz) * ${limit}::int) END AS slice
      FROM space_samples x WHERE x.space_id = ${spaceId} AND x.workspace_id = ${workspaceId} AND x.at >= ${since} AND x.at < ${until}
    ),
    shown AS (SELECT DISTINCT ON (slice) * FROM found ORDER BY slice, at DESC)
    SELECT measured_at AS at, image_count AS "imageCount", tag_count AS "tagCount", logical_bytes AS "logicalBytes",
      stored_bytes AS "storedBytes", untagged_bytes AS "untaggedBytes", bin_bytes AS "binBytes", freed_bytes AS "freedBytes"
    FROM shown ORDER BY shown.at`;
}
