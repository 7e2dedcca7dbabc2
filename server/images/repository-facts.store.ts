// Facts of whole repositories by the million: copied in binary, so that of most columns no text is made.
import { type BulkConnection, literal } from "@/server/platform/db/bulk-connection";
import type { CopiedRow } from "@/server/platform/db/copied-row";

export interface RepositoryRow {
  id: string;
  name: string;
  imageCount: number;
  tagCount: number;
}

/** Repositories of a space, in no order. */
export function listRepositoryRows(
  db: BulkConnection,
  place: { workspaceId: string; spaceId: string },
): Promise<RepositoryRow[]> {
  return db.query<RepositoryRow>(
    `SELECT id, name, image_count AS "imageCount", tag_count AS "tagCount" FROM repositories WHERE space_id = $1 AND workspace_id = $2`,
    [place.spaceId, place.workspaceId],
  );
}

/**
 * Copies every manifest of some repositories, in no order. Columns: repository id, digest, media type, kind, artifact type, subject, push
 * time and its source, last pull, build time, untagged since, whether it is unreadable, size; then its tags (each: push time, a byte that is 1
 * where it is only a first sight, the name, a zero byte), its key, its children in their order, between commas, and its config and layers
 * (each: key and size, 8 bytes both).
 */
export function copyFactRows(
  db: BulkConnection,
  place: { workspaceId: string; registryId: string; repositoryIds: readonly string[] },
  take: (row: CopiedRow) => void,
): Promise<void> {
  const repositoryIds = place.repositoryIds.map(literal).join(", ");
  return db.copyOut(
    `SELECT rm.repository_id, rm.digest, m.media_type, m.kind, m.artifact_type, m.subject_digest, rm.pushed_at, rm.pushed_at_source,
       rm.last_pulled_at, m.image_created_at, rm.untagged_since, m.unreadable_reason IS NOT NULL, m.size_bytes,
       named.tags,
       int8send(rm.manifest_key),
       -- Of what a process from before these columns stored while they were added: from its references.
       coalesce(m.children, CASE WHEN m.kind <> 'image' THEN (SELECT string_agg(child.digest, ',' ORDER BY child.ordinal) FROM manifest_references child
         WHERE child.registry_id = rm.registry_id AND child.manifest_digest = rm.digest AND child.role = 'child' AND NOT child.is_foreign) END),
       coalesce(m.content, CASE WHEN m.kind <> 'index' THEN (SELECT string_agg(int8send(part.digest_key) || int8send(part.size_bytes), ''::bytea
         ORDER BY part.ordinal) FROM manifest_references part
         WHERE part.manifest_key = rm.manifest_key AND part.role IN ('config', 'layer') AND NOT part.is_foreign) END)
     FROM repository_manifests rm JOIN manifests m ON m.registry_id = rm.registry_id AND m.digest = rm.digest
       -- Put together for all of them: looked up for each manifest, tags took half of the whole.
       LEFT JOIN (
         SELECT t.repository_id, t.digest, string_agg(timestamptz_send(t.pushed_at)
             || CASE WHEN t.pushed_at_source = 'crawl' THEN '\\x01'::bytea ELSE '\\x00'::bytea END || textsend(t.name) || '\\x00'::bytea, ''::bytea) AS tags
         FROM tags t WHERE t.repository_id IN (${repositoryIds}) GROUP BY t.repository_id, t.digest
       ) named ON named.repository_id = rm.repository_id AND named.digest = rm.digest
     WHERE rm.repository_id IN (${repositoryIds})
       -- Compared as nobody would look it up: for several repositories at a time, all of a workspace would be gone through each time.
       AND rm.workspace_id || '' = ${literal(place.workspaceId)} AND rm.registry_id || '' = ${literal(place.registryId)}`,
    take,
  );
}

/** Which repositories of a registry have these digests as manifests. */
export function listHolders(
  db: BulkConnection,
  registryId: string,
  digests: readonly string[],
): Promise<{ digest: string; repositoryId: string }[]> {
  return db.query(
    `SELECT digest, repository_id AS "repositoryId" FROM repository_manifests WHERE registry_id = $1 AND digest = ANY($2)`,
    [registryId, [...digests]],
  );
}
