// Sizes of spaces: from the sums of their repositories, the latest sample, and, where that is fast enough, measured now.
import { prisma } from "@/server/platform/db/prisma";

/** What a space stores now, each blob once, its manifests' own bytes included; heavy for a large space. */
export async function measureSpaceStored(spaceId: string): Promise<bigint> {
  const rows = await prisma().$queryRaw<{ bytes: bigint }[]>`
    WITH held AS MATERIALIZED (
      SELECT DISTINCT rm.registry_id, rm.digest FROM repositories r
      JOIN repository_manifests rm ON rm.repository_id = r.id WHERE r.space_id = ${spaceId}
    )
    SELECT (coalesce((SELECT sum(bytes) FROM (
          SELECT max(ref.size_bytes) AS bytes FROM held h
          JOIN manifest_references ref ON ref.registry_id = h.registry_id AND ref.manifest_digest = h.digest
            AND ref.role IN ('config', 'layer') AND NOT ref.is_foreign
          GROUP BY ref.digest) blob), 0)
      + coalesce((SELECT sum(m.size_bytes) FROM held h JOIN manifests m USING (registry_id, digest)), 0))::bigint AS bytes`;
  return rows[0]?.bytes ?? 0n;
}

export interface SpaceSizes {
  spaceId: string;
  name: string;
  registryId: string;
  registryName: string;
  unusedBytes: bigint | null;
  unusedMeasuredAt: Date | null;
  /** other spaces are on its registry; of other workspaces */
  isShared: boolean;
  isSharedWithOthers: boolean;
  imageCount: number;
  tagCount: number;
  untaggedCount: number;
  brokenCount: number;
  logicalBytes: bigint;
  /** of the repositories: what is stored lies between the largest and all of them */
  largestStored: bigint;
  summedStored: bigint;
  isAnySizeStale: boolean;
  binEntryCount: number;
  freedBytes: bigint;
  /** of the latest sample */
  storedBytes: bigint | null;
  untaggedBytes: bigint | null;
  measuredAt: Date | null;
  isSampleCurrent: boolean;
}

/** Spaces of a workspace (or one of them) with the sums of their repositories and their latest sample. */
export function listSpaceSizes(workspaceId: string, spaceId: string | null): Promise<SpaceSizes[]> {
  return prisma().$queryRaw<SpaceSizes[]>`
    SELECT s.id AS "spaceId", s.name, s.registry_id AS "registryId", g.name AS "registryName", g.unused_bytes AS "unusedBytes",
      g.unused_measured_at AS "unusedMeasuredAt",
      EXISTS (SELECT 1 FROM spaces o WHERE o.registry_id = s.registry_id AND o.id <> s.id AND o.removed_at IS NULL) AS "isShared",
      EXISTS (SELECT 1 FROM spaces o WHERE o.registry_id = s.registry_id AND o.workspace_id <> s.workspace_id AND o.removed_at IS NULL)
        AS "isSharedWithOthers",
      r.*, bin.entries AS "binEntryCount", freed.bytes AS "freedBytes", last.stored_bytes AS "storedBytes",
      last.untagged_bytes AS "untaggedBytes", last.measured_at AS "measuredAt",
      coalesce(last.inventory_revision = s.inventory_revision, false) AS "isSampleCurrent"
    FROM spaces s JOIN registries g ON g.id = s.registry_id
    CROSS JOIN LATERAL (SELECT coalesce(sum(image_count), 0)::int AS "imageCount", coalesce(sum(tag_count), 0)::int AS "tagCount",
      coalesce(sum(untagged_count), 0)::int AS "untaggedCount", coalesce(sum(broken_count), 0)::int AS "brokenCount",
      coalesce(sum(logical_bytes), 0)::bigint AS "logicalBytes", coalesce(max(stored_bytes), 0)::bigint AS "largestStored",
      coalesce(sum(stored_bytes), 0)::bigint AS "summedStored", coalesce(bool_or(size_stale_since IS NOT NULL), false) AS "isAnySizeStale"
      FROM repositories WHERE space_id = s.id) r
    CROSS JOIN LATERAL (SELECT count(*)::int AS entries FROM bin_entries e
      WHERE e.space_id = s.id AND e.state IN ('recycling', 'held', 'restoring', 'purging')) bin
    CROSS JOIN LATERAL (SELECT coalesce(sum((u.totals->>'freedBytes')::bigint), 0)::bigint AS bytes FROM runs u
      WHERE u.registry_id = s.registry_id AND u.kind = 'gc' AND u.workspace_id = s.workspace_id AND NOT u.is_dry_run) freed
    LEFT JOIN LATERAL (SELECT x.* FROM space_samples x WHERE x.space_id = s.id ORDER BY x.at DESC LIMIT 1) last ON true
    WHERE s.workspace_id = ${workspaceId} AND s.removed_at IS NULL AND (${spaceId}::text IS NULL OR s.id = ${spaceId})
    ORDER BY s.name`;
}

export interface RepositorySizeRow {
  name: string;
  imageCount: number;
  untaggedCount: number;
  logicalBytes: bigint;
  storedBytes: bigint;
  isSizeStale: boolean;
}

/** The repositories of a space that store most, and the others added up. */
export async function listLargestRepositories(spaceId: string, limit: number) {
  const items = await prisma().$queryRaw<
    (RepositorySizeRow & { total: number; totalImages: number; totalStored: bigint })[]
  >`
    SELECT name, image_count AS "imageCount", untagged_count AS "untaggedCount", logical_bytes AS "logicalBytes",
      stored_bytes AS "storedBytes", size_stale_since IS NOT NULL AS "isSizeStale", (count(*) OVER ())::int AS total,
      (sum(image_count) OVER ())::int AS "totalImages", (sum(stored_bytes) OVER ())::bigint AS "totalStored"
    FROM repositories WHERE space_id = ${spaceId} AND image_count > 0
    ORDER BY stored_bytes DESC, name LIMIT ${limit}`;
  const first = items[0];
  const count = (first?.total ?? 0) - items.length;
  const others = {
    count,
    imageCount: (first?.totalImages ?? 0) - items.reduce((sum, one) => sum + one.imageCount, 0),
    storedBytes: Number((first?.totalStored ?? 0n) - items.reduce((sum, one) => sum + one.storedBytes, 0n)),
  };
  return { items, others: count > 0 ? others : null };
}
