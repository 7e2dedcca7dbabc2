// What belongs to an image, in SQL: the same words for lists, numbers and single images.
import { Prisma } from "@/server/platform/db/prisma";

/** States of entries whose manifests stand in a bin. */
export const IN_BIN = Prisma.sql`('recycling', 'held', 'restoring', 'purging')`;

/**
 * Whether the manifest `m` of the repository row `rm` is an image of its own: no index of the repository lists it (or it has
 * a tag of its own), and it is not the referrer of something that the repository has.
 */
export const IS_TOP = Prisma.sql`
  NOT EXISTS (
    SELECT 1 FROM manifest_references ref
    JOIN repository_manifests parent ON parent.repository_id = rm.repository_id AND parent.digest = ref.manifest_digest
    WHERE ref.registry_id = rm.registry_id AND ref.digest = rm.digest AND ref.role = 'child'
      AND NOT EXISTS (SELECT 1 FROM tags own WHERE own.repository_id = rm.repository_id AND own.digest = rm.digest))
  AND NOT EXISTS (
    SELECT 1 FROM repository_manifests subject
    WHERE subject.repository_id = rm.repository_id AND subject.digest = m.subject_digest)
  AND NOT EXISTS (
    SELECT 1 FROM tags fallback
    JOIN repository_manifests subject ON subject.repository_id = fallback.repository_id AND subject.digest = fallback.subject_digest
    WHERE fallback.repository_id = rm.repository_id AND fallback.digest = rm.digest AND fallback.subject_digest IS NOT NULL)`;

/** What hangs directly below the manifest `c` of a repository: `next(digest, role, platform)`, children and referrers. */
export function partsBelow(registryId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT ref.digest, 'child' AS role, ref.platform FROM manifest_references ref
      WHERE ref.registry_id = ${registryId} AND ref.manifest_digest = c.digest AND ref.role = 'child'
    UNION ALL
    SELECT m.digest, 'referrer', NULL FROM manifests m
      JOIN repository_manifests rm ON rm.repository_id = c.repository_id AND rm.digest = m.digest
      WHERE m.registry_id = ${registryId} AND m.subject_digest = c.digest
    UNION ALL
    SELECT t.digest, 'referrer', NULL FROM tags t WHERE t.repository_id = c.repository_id AND t.subject_digest = c.digest`;
}

/** What the manifest `c` of a repository hangs in directly, the way back of partsBelow: `up(digest)`. */
export function wholesAbove(registryId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT ref.manifest_digest AS digest FROM manifest_references ref
      WHERE ref.registry_id = ${registryId} AND ref.digest = c.digest AND ref.role = 'child'
    UNION ALL
    SELECT m.subject_digest FROM manifests m
      JOIN repository_manifests rm ON rm.repository_id = c.repository_id AND rm.digest = m.digest
      WHERE m.registry_id = ${registryId} AND m.digest = c.digest AND m.subject_digest IS NOT NULL
    UNION ALL
    SELECT t.subject_digest FROM tags t WHERE t.repository_id = c.repository_id AND t.digest = c.digest AND t.subject_digest IS NOT NULL`;
}

/** Levels of nesting that are followed; deeper ones do not exist outside of attacks. */
const DEPTH_MAX = 16;

/** `member(repository_id, top, digest, role, platform, depth)` of the images in a CTE `top(repository_id, digest)`. */
export function membersOfTop(registryId: string): Prisma.Sql {
  return Prisma.sql`
    member AS (
      SELECT repository_id, digest AS top, digest, 'top' AS role, NULL::text AS platform, 0 AS depth FROM top
      UNION
      SELECT c.repository_id, c.top, next.digest, CASE WHEN c.role = 'referrer' THEN 'referrer' ELSE next.role END, next.platform, c.depth + 1
      FROM member c CROSS JOIN LATERAL (${partsBelow(registryId)}) next
      WHERE c.depth < ${DEPTH_MAX}
    )`;
}

/**
 * Whether the repository has the manifest of a row with (repository_id, digest). One probe a row: the planner takes a recursive
 * query for far larger than it is, and would read whole tables instead.
 */
export function isPresent(alias: "c" | "member"): Prisma.Sql {
  const row = Prisma.raw(alias);
  return Prisma.sql`coalesce((SELECT true FROM repository_manifests here WHERE here.repository_id = ${row}.repository_id AND here.digest = ${row}.digest), false)`;
}

/**
 * The narrow key of a digest in a registry, as the generated columns digest_key and manifest_key have it: a hundred thousand blobs are looked
 * up several times as fast by it as by 71 letters. Where two digests share one (once in some 10^8 registries of a million blobs),
 * bytes of one count as used by the other.
 */
export function keyOf(registryId: string, column: "p.digest" | "m.digest"): Prisma.Sql {
  return Prisma.sql`hashtextextended(${registryId} || ${Prisma.raw(column)}, 0)`;
}
