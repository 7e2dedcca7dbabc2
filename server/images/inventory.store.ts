// Manifests and what they refer to, as the crawl and collections write them, and times that notifications bring.
import { storableJson } from "@/lib/storable";
import type { Transaction } from "@/server/platform/db/prisma";
import { prisma } from "@/server/platform/db/prisma";

/** A manifest as it is stored once per registry. */
export interface ManifestRow {
  digest: string;
  mediaType: string;
  kind: "image" | "index" | "unknown";
  artifactType: string | null;
  subjectDigest: string | null;
  sizeBytes: number;
  platform: string | null;
  imageCreatedAt: string | null;
  unreadableReason: string | null;
  references: ReferenceRow[];
}

export interface ReferenceRow {
  role: "config" | "layer" | "child" | "subject" | "other";
  digest: string;
  mediaType: string | null;
  sizeBytes: number;
  platform: string | null;
  isForeign: boolean;
}

/** Which of these manifests of a registry are known and were understood: only the others have to be read. */
export async function findKnownDigests(
  registryId: string,
  digests: readonly string[],
  tx: Transaction = prisma(),
): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ digest: string }[]>`
    SELECT digest FROM manifests WHERE registry_id = ${registryId} AND unreadable_reason IS NULL AND digest = ANY(${[...digests]})`;
  return new Set(rows.map((row) => row.digest));
}

export interface KnownReferences {
  digest: string;
  kind: string;
  subjectDigest: string | null;
  references: string[];
  children: string[];
}

/** Everything that known and understood manifests of a registry refer to, in one scan. */
export function findManifestReferences(registryId: string, digests: readonly string[]): Promise<KnownReferences[]> {
  return prisma().$queryRaw`
    SELECT m.digest, m.kind, m.subject_digest AS "subjectDigest",
      coalesce(array_agg(r.digest) FILTER (WHERE r.digest IS NOT NULL), '{}') AS references,
      coalesce(array_agg(r.digest) FILTER (WHERE r.role = 'child'), '{}') AS children
    FROM manifests m LEFT JOIN manifest_references r ON r.registry_id = m.registry_id AND r.manifest_digest = m.digest
    WHERE m.registry_id = ${registryId} AND m.unreadable_reason IS NULL AND m.digest = ANY(${[...digests]})
    GROUP BY m.digest, m.kind, m.subject_digest`;
}

/** Inserts manifests with their references; one that was unreadable before is replaced, others never change. */
export async function insertManifests(
  tx: Transaction,
  registryId: string,
  manifests: readonly ManifestRow[],
): Promise<void> {
  if (manifests.length === 0) return;
  // What a manifest says of itself is whatever somebody pushed: one with a NUL in it must not end a whole crawl or collection.
  const rows = storableJson(manifests.map(({ references: _, ...row }) => row));
  const references = manifests.flatMap(({ digest, references }) =>
    references.map((reference, ordinal) => ({ ...reference, manifestDigest: digest, ordinal })),
  );
  // One statement: content and children of a manifest are made of the rows that were stored. Both in one order, for whoever stores the same now.
  await tx.$executeRaw`
    WITH referred AS (
      INSERT INTO manifest_references (registry_id, manifest_digest, ordinal, role, digest, media_type, size_bytes, platform, is_foreign)
      SELECT ${registryId}, r."manifestDigest", r.ordinal, r.role, r.digest, r."mediaType", r."sizeBytes", r.platform, r."isForeign"
      FROM jsonb_to_recordset(${storableJson(references)}::jsonb) AS r("manifestDigest" text, ordinal int, role text, digest text,
        "mediaType" text, "sizeBytes" bigint, platform text, "isForeign" boolean)
      ORDER BY r."manifestDigest", r.ordinal
      ON CONFLICT DO NOTHING
      RETURNING manifest_digest, ordinal, role, digest, is_foreign, digest_key, size_bytes
    ), packed AS (
      SELECT manifest_digest,
        string_agg(int8send(digest_key) || int8send(size_bytes), ''::bytea ORDER BY ordinal) FILTER (WHERE role IN ('config', 'layer')) AS content,
        string_agg(digest, ',' ORDER BY ordinal) FILTER (WHERE role = 'child') AS children
      FROM referred WHERE NOT is_foreign GROUP BY manifest_digest
    )
    INSERT INTO manifests (registry_id, digest, media_type, kind, artifact_type, subject_digest, size_bytes, platform, image_created_at,
      unreadable_reason, content, children)
    SELECT ${registryId}, m.digest, m."mediaType", m.kind, m."artifactType", m."subjectDigest", m."sizeBytes", m.platform, m."imageCreatedAt",
      m."unreadableReason", p.content, p.children
    FROM jsonb_to_recordset(${rows}::jsonb) AS m(digest text, "mediaType" text, kind text, "artifactType" text, "subjectDigest" text,
      "sizeBytes" int, platform text, "imageCreatedAt" timestamptz, "unreadableReason" text)
    LEFT JOIN packed p ON p.manifest_digest = m.digest
    ORDER BY m.digest
    ON CONFLICT (registry_id, digest) DO UPDATE SET media_type = excluded.media_type, kind = excluded.kind,
      artifact_type = excluded.artifact_type, subject_digest = excluded.subject_digest, size_bytes = excluded.size_bytes,
      platform = excluded.platform, image_created_at = excluded.image_created_at, unreadable_reason = excluded.unreadable_reason,
      content = excluded.content, children = excluded.children
      WHERE manifests.unreadable_reason IS NOT NULL AND manifests.unreadable_reason IS DISTINCT FROM excluded.unreadable_reason`;
}

/** The database's clock: moves are stamped with it. */
export async function readDatabaseTime(): Promise<Date> {
  const rows = await prisma().$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  return rows[0]?.now ?? new Date();
}

/** Whether a move ended in this repository since: a listing from before it is stale and must not be written. */
export async function hasMovedSince(
  tx: Transaction,
  registryId: string,
  repositoryName: string,
  since: Date,
): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM bin_entries WHERE registry_id = ${registryId} AND repository_name = ${repositoryName}
      AND (recycled_at >= ${since} OR ended_at >= ${since}) LIMIT 1`;
  return rows.length > 0;
}

export interface CrawledSpace {
  id: string;
  workspaceId: string;
  prefix: string;
}

export function listSpacesOfRegistry(registryId: string): Promise<CrawledSpace[]> {
  return prisma().space.findMany({
    where: { registryId, removedAt: null },
    select: { id: true, workspaceId: true, prefix: true },
  });
}

export async function markCrawled(registryId: string): Promise<void> {
  await prisma().registry.update({ where: { id: registryId }, data: { lastCrawledAt: new Date() } });
}
