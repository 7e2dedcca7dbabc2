import { prisma } from "@/server/platform/db/prisma";
import { IN_BIN } from "./image-parts.store";

export interface ManifestInRepository {
  repositoryId: string;
  repositoryName: string;
  registryId: string;
  digest: string;
  mediaType: string;
  kind: "image" | "index" | "unknown";
  artifactType: string | null;
  platform: string | null;
  sizeBytes: number;
  imageCreatedAt: Date | null;
  pushedAt: Date;
  subjectDigest: string | null;
  unreadableReason: string | null;
}

/** A manifest of a repository of a space, null where the space has no such one. */
export async function findManifest(
  space: { id: string; workspaceId: string },
  repositoryName: string,
  digest: string,
): Promise<ManifestInRepository | null> {
  const [row] = await prisma().$queryRaw<ManifestInRepository[]>`
    SELECT r.id AS "repositoryId", r.name AS "repositoryName", r.registry_id AS "registryId", m.digest, m.media_type AS "mediaType", m.kind,
      m.artifact_type AS "artifactType", m.platform, m.size_bytes AS "sizeBytes", m.image_created_at AS "imageCreatedAt",
      rm.pushed_at AS "pushedAt", m.subject_digest AS "subjectDigest", m.unreadable_reason AS "unreadableReason"
    FROM repositories r
    JOIN repository_manifests rm ON rm.repository_id = r.id AND rm.digest = ${digest}
    JOIN manifests m ON m.registry_id = rm.registry_id AND m.digest = rm.digest
    WHERE r.space_id = ${space.id} AND r.workspace_id = ${space.workspaceId} AND r.name = ${repositoryName}`;
  return row ?? null;
}

/** Tags of a manifest by name, the first `limit` of `total`. */
export async function listManifestTags(
  repositoryId: string,
  digest: string,
  limit: number,
): Promise<{ tags: { name: string; pushedAt: Date }[]; total: number }> {
  const where = { repositoryId, digest };
  const [tags, total] = await Promise.all([
    prisma().tag.findMany({ where, orderBy: { name: "asc" }, take: limit, select: { name: true, pushedAt: true } }),
    prisma().tag.count({ where }),
  ]);
  return { tags, total };
}

export interface BlobReference {
  role: "config" | "layer";
  digest: string;
  mediaType: string | null;
  sizeBytes: number;
  isForeign: boolean;
}

/** Config and layers of a manifest, in its own order. */
export async function listBlobReferences(registryId: string, digest: string): Promise<BlobReference[]> {
  const rows = await prisma().$queryRaw<(Omit<BlobReference, "sizeBytes"> & { sizeBytes: bigint })[]>`
    SELECT role, digest, media_type AS "mediaType", size_bytes AS "sizeBytes", is_foreign AS "isForeign"
    FROM manifest_references
    WHERE registry_id = ${registryId} AND manifest_digest = ${digest} AND role IN ('config', 'layer') ORDER BY ordinal`;
  return rows.map((row) => ({ ...row, sizeBytes: Number(row.sizeBytes) }));
}

export interface BlobUse {
  digest: string;
  /** other images, counted up to the given limit */
  otherImages: number;
}

/**
 * How many other images of the registry use each of these blobs; platforms of one index are one image. `of` is left out with
 * everything that belongs to the same index. Bounded: of a blob of a million manifests only some thousand are looked at.
 */
export async function countBlobUses(
  of: Pick<ManifestInRepository, "registryId" | "repositoryId" | "digest">,
  digests: readonly string[],
  limit: number,
): Promise<BlobUse[]> {
  return prisma().$queryRaw<BlobUse[]>`
    WITH RECURSIVE up(digest, depth) AS (
      SELECT ${of.digest}::text, 0
      UNION
      SELECT ref.manifest_digest, up.depth + 1 FROM up
      JOIN manifest_references ref ON ref.registry_id = ${of.registryId} AND ref.digest = up.digest AND ref.role = 'child'
      JOIN repository_manifests rm ON rm.repository_id = ${of.repositoryId} AND rm.digest = ref.manifest_digest
      WHERE up.depth < 8
    ),
    own(digest, depth) AS (
      SELECT digest, 0 FROM up
      UNION
      SELECT ref.digest, own.depth + 1 FROM own
      JOIN manifest_references ref ON ref.registry_id = ${of.registryId} AND ref.manifest_digest = own.digest AND ref.role = 'child'
      WHERE own.depth < 8
    )
    SELECT blob.digest, count(used.digest)::int AS "otherImages" FROM unnest(${[...digests]}::text[]) blob(digest)
    LEFT JOIN LATERAL (
      SELECT DISTINCT manifest.repository_id, coalesce(parent.digest, manifest.digest) AS digest FROM (
        SELECT rm.repository_id, rm.digest FROM manifest_references ref
        JOIN repository_manifests rm ON rm.registry_id = ref.registry_id AND rm.digest = ref.manifest_digest
        WHERE ref.registry_id = ${of.registryId} AND ref.digest = blob.digest AND ref.role IN ('config', 'layer')
          AND NOT (rm.repository_id = ${of.repositoryId} AND rm.digest IN (SELECT digest FROM own))
        LIMIT ${limit * 4}
      ) manifest
      LEFT JOIN LATERAL (
        SELECT ref.manifest_digest AS digest FROM manifest_references ref
        JOIN repository_manifests rm ON rm.repository_id = manifest.repository_id AND rm.digest = ref.manifest_digest
        WHERE ref.registry_id = ${of.registryId} AND ref.digest = manifest.digest AND ref.role = 'child' LIMIT 1
      ) parent ON true
      LIMIT ${limit}
    ) used ON true
    GROUP BY blob.digest`;
}

/** Which of these blobs an entry of a recycle bin of the registry uses. */
export async function findBlobsInBin(registryId: string, digests: readonly string[]): Promise<Set<string>> {
  if (digests.length === 0) return new Set();
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT blob.digest FROM unnest(${[...digests]}::text[]) blob(digest)
    WHERE EXISTS (
      SELECT 1 FROM manifest_references ref
      JOIN bin_entry_manifests held ON held.digest = ref.manifest_digest
      JOIN bin_entries entry ON entry.id = held.entry_id
      WHERE ref.registry_id = ${registryId} AND ref.digest = blob.digest AND entry.registry_id = ${registryId}
        AND entry.state IN ${IN_BIN})`;
  return new Set(rows.map((row) => row.digest));
}

export interface ChildRow {
  digest: string;
  mediaType: string | null;
  platform: string | null;
  kind: "image" | "index" | "unknown";
  isMissing: boolean;
}

/** What an index lists, in its own order, there or not. */
export async function listChildren(
  of: Pick<ManifestInRepository, "registryId" | "repositoryId" | "digest">,
): Promise<ChildRow[]> {
  return prisma().$queryRaw<ChildRow[]>`
    SELECT ref.digest, ref.media_type AS "mediaType", coalesce(ref.platform, m.platform) AS platform, coalesce(m.kind, 'unknown') AS kind,
      rm.digest IS NULL AS "isMissing"
    FROM manifest_references ref
    LEFT JOIN repository_manifests rm ON rm.repository_id = ${of.repositoryId} AND rm.digest = ref.digest
    LEFT JOIN manifests m ON m.registry_id = ref.registry_id AND m.digest = ref.digest
    WHERE ref.registry_id = ${of.registryId} AND ref.manifest_digest = ${of.digest} AND ref.role = 'child' ORDER BY ref.ordinal`;
}

export interface ReferrerRow {
  digest: string;
  mediaType: string;
  artifactType: string | null;
  tag: string | null;
  pushedAt: Date;
}

/** Signatures, SBOMs and the like of a manifest, by subject field or fallback tag. */
export async function listReferrers(
  of: Pick<ManifestInRepository, "registryId" | "repositoryId" | "digest">,
): Promise<ReferrerRow[]> {
  const fallback = of.digest.replace(":", "-");
  return prisma().$queryRaw<ReferrerRow[]>`
    SELECT m.digest, m.media_type AS "mediaType", m.artifact_type AS "artifactType", min(tie.tag) AS tag, min(rm.pushed_at) AS "pushedAt"
    FROM (
      SELECT m.digest, NULL::text AS tag FROM manifests m WHERE m.registry_id = ${of.registryId} AND m.subject_digest = ${of.digest}
      UNION ALL
      SELECT t.digest, t.name FROM tags t
      WHERE t.repository_id = ${of.repositoryId} AND (t.name = ${fallback} OR t.name LIKE ${`${fallback}.%`})
    ) tie
    JOIN repository_manifests rm ON rm.repository_id = ${of.repositoryId} AND rm.digest = tie.digest
    JOIN manifests m ON m.registry_id = ${of.registryId} AND m.digest = tie.digest
    GROUP BY m.digest, m.media_type, m.artifact_type ORDER BY min(rm.pushed_at), m.digest LIMIT 500`;
}

export interface OwnerRow {
  digest: string;
  as: "platform" | "referrer";
  tag: string | null;
}

/** The indexes that list a manifest in its repository, and those that it refers to as their referrer. */
export async function listOwners(
  of: Pick<ManifestInRepository, "registryId" | "repositoryId" | "digest" | "subjectDigest">,
  subjectsByTag: readonly string[],
): Promise<OwnerRow[]> {
  const subjects = [...subjectsByTag, ...(of.subjectDigest === null ? [] : [of.subjectDigest])];
  return prisma().$queryRaw<OwnerRow[]>`
    SELECT DISTINCT owner.digest, owner."as",
      (SELECT min(t.name) FROM tags t WHERE t.repository_id = ${of.repositoryId} AND t.digest = owner.digest) AS tag
    FROM (
      SELECT ref.manifest_digest AS digest, 'platform' AS "as" FROM manifest_references ref
      WHERE ref.registry_id = ${of.registryId} AND ref.digest = ${of.digest} AND ref.role = 'child'
      UNION ALL
      SELECT subject, 'referrer' FROM unnest(${subjects}::text[]) subject
    ) owner
    JOIN repository_manifests rm ON rm.repository_id = ${of.repositoryId} AND rm.digest = owner.digest
    ORDER BY owner."as", owner.digest LIMIT 100`;
}

/** Bytes of each manifest with everything that it names, children and blobs, each once. Unknown manifests are left out. */
export async function measureManifests(registryId: string, digests: readonly string[]): Promise<Map<string, number>> {
  if (digests.length === 0) return new Map();
  const rows = await prisma().$queryRaw<{ root: string; bytes: bigint }[]>`
    WITH RECURSIVE part(root, digest, depth) AS (
      SELECT root, root, 0 FROM unnest(${[...digests]}::text[]) root
      UNION
      SELECT part.root, ref.digest, part.depth + 1 FROM part
      JOIN manifest_references ref ON ref.registry_id = ${registryId} AND ref.manifest_digest = part.digest AND ref.role = 'child'
      WHERE part.depth < 8
    ),
    content AS (
      SELECT part.root, ref.digest, max(ref.size_bytes) AS bytes FROM (SELECT DISTINCT root, digest FROM part) part
      JOIN manifest_references ref ON ref.registry_id = ${registryId} AND ref.manifest_digest = part.digest
        AND ref.role IN ('config', 'layer') AND NOT ref.is_foreign
      GROUP BY 1, 2
      UNION ALL
      SELECT part.root, m.digest, m.size_bytes FROM (SELECT DISTINCT root, digest FROM part) part
      JOIN manifests m ON m.registry_id = ${registryId} AND m.digest = part.digest
    )
    SELECT root, sum(bytes)::bigint AS bytes FROM content GROUP BY root`;
  return new Map(rows.map((row) => [row.root, Number(row.bytes)]));
}
