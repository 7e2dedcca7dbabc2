import { prisma } from "@/server/platform/db/prisma";

export interface FactRow {
  repositoryName: string;
  digest: string;
  mediaType: string;
  kind: string;
  artifactType: string | null;
  subject: string | null;
  manifestBytes: number;
  pushedAt: Date;
  /** event | crawl | storage | demo | restored; `crawl`: the time is that of the first sight of it. */
  pushedAtSource: string;
  lastPulledAt: Date | null;
  imageCreatedAt: Date | null;
  untaggedSince: Date | null;
  isUnreadable: boolean;
  tags: { name: string; pushedAt: string; pushedAtSource: string }[];
}

export interface FactReference {
  manifestDigest: string;
  role: string;
  digest: string;
  sizeBytes: bigint;
}

const PAGE = 20_000;

/** Every manifest of a space (or of one repository of it), in pages: bounded statements at any size. */
export async function* readFactRows(
  workspaceId: string,
  spaceId: string,
  repositoryName: string | null = null,
): AsyncGenerator<FactRow[]> {
  let afterName = "";
  let afterDigest = "";
  for (;;) {
    const rows = await prisma().$queryRaw<FactRow[]>`
      SELECT r.name AS "repositoryName", rm.digest, m.media_type AS "mediaType", m.kind, m.artifact_type AS "artifactType",
        m.subject_digest AS subject, m.size_bytes AS "manifestBytes", rm.pushed_at AS "pushedAt", rm.pushed_at_source AS "pushedAtSource",
        rm.last_pulled_at AS "lastPulledAt",
        m.image_created_at AS "imageCreatedAt", rm.untagged_since AS "untaggedSince", m.unreadable_reason IS NOT NULL AS "isUnreadable",
        coalesce((SELECT jsonb_agg(jsonb_build_object('name', t.name, 'pushedAt', t.pushed_at, 'pushedAtSource', t.pushed_at_source) ORDER BY t.name)
          FROM tags t WHERE t.repository_id = rm.repository_id AND t.digest = rm.digest), '[]'::jsonb) AS tags
      FROM repositories r JOIN repository_manifests rm ON rm.repository_id = r.id
      JOIN manifests m ON m.registry_id = rm.registry_id AND m.digest = rm.digest
      WHERE r.space_id = ${spaceId} AND r.workspace_id = ${workspaceId} AND (r.name, rm.digest) > (${afterName}, ${afterDigest})
        AND (${repositoryName}::text IS NULL OR r.name = ${repositoryName})
      ORDER BY r.name, rm.digest LIMIT ${PAGE}`;
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    afterName = last.repositoryName;
    afterDigest = last.digest;
  }
}

/** What these manifests of a registry refer to, in their order. */
export function readFactReferences(registryId: string, digests: readonly string[]): Promise<FactReference[]> {
  return prisma().$queryRaw<FactReference[]>`
    SELECT manifest_digest AS "manifestDigest", role, digest, size_bytes AS "sizeBytes" FROM manifest_references
    WHERE registry_id = ${registryId} AND manifest_digest = ANY(${[...digests]}) AND NOT is_foreign AND role IN ('config', 'layer', 'child')
    ORDER BY manifest_digest, ordinal`;
}
