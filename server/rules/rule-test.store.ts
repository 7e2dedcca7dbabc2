// What trying a rule reads: everything of a repository that decides, and nothing of its bytes.
import { prisma } from "@/server/platform/db/prisma";

export interface TestRepositoryRow {
  id: string;
  name: string;
  imageCount: number;
  tagCount: number;
}

/** Repositories of a space that hold something, by name in code units. Revision: raised by whatever changes the inventory. */
export async function listTestRepositories(
  workspaceId: string,
  spaceId: string,
): Promise<{ revision: bigint; repositories: TestRepositoryRow[] }> {
  const [space, repositories] = await Promise.all([
    prisma().space.findFirst({ where: { id: spaceId, workspaceId }, select: { inventoryRevision: true } }),
    prisma().$queryRaw<TestRepositoryRow[]>`
      SELECT id, name, image_count AS "imageCount", tag_count AS "tagCount" FROM repositories
      WHERE space_id = ${spaceId} AND workspace_id = ${workspaceId} AND image_count > 0 ORDER BY name COLLATE "C"`,
  ]);
  return { revision: space?.inventoryRevision ?? 0n, repositories };
}

/** Times are epoch ms. `pushedAtSource` crawl: the time is that of the first sight. */
export interface TestManifest {
  digest: string;
  mediaType: string;
  kind: string;
  artifactType: string | null;
  subject: string | null;
  isUnreadable: boolean;
  pushedAt: number;
  pushedAtSource: string;
  lastPulledAt: number | null;
  createdAt: number | null;
  untaggedSince: number | null;
}
export interface TestTag {
  digest: string;
  name: string;
  pushedAt: number;
  pushedAtSource: string;
}
export interface TestRepositoryFacts {
  repositoryId: string;
  manifests: TestManifest[];
  tags: TestTag[];
  /** which index lists which digests */
  children: [index: string, digest: string][];
}

/** What some repositories hold. One cell of JSON for each and each part: as rows, thousands of values would be converted one by one. */
export async function readTestRepositories(
  registryId: string,
  repositoryIds: readonly string[],
): Promise<TestRepositoryFacts[]> {
  const ids = [...repositoryIds];
  const [manifests, tags, children] = await Promise.all([
    prisma().$queryRaw<{ id: string; rows: string }[]>`
      SELECT rm.repository_id AS id, json_agg(json_build_array(rm.digest, m.media_type, m.kind, m.artifact_type, m.subject_digest,
        m.unreadable_reason IS NOT NULL, (extract(epoch FROM rm.pushed_at) * 1000)::bigint, rm.pushed_at_source,
        (extract(epoch FROM rm.last_pulled_at) * 1000)::bigint, (extract(epoch FROM m.image_created_at) * 1000)::bigint,
        (extract(epoch FROM rm.untagged_since) * 1000)::bigint))::text AS rows
      FROM repository_manifests rm JOIN manifests m ON m.registry_id = rm.registry_id AND m.digest = rm.digest
      WHERE rm.repository_id = ANY(${ids}) GROUP BY 1`,
    prisma().$queryRaw<{ id: string; rows: string }[]>`
      SELECT repository_id AS id, json_agg(json_build_array(digest, name, (extract(epoch FROM pushed_at) * 1000)::bigint, pushed_at_source))::text AS rows
      FROM tags WHERE repository_id = ANY(${ids}) GROUP BY 1`,
    prisma().$queryRaw<{ id: string; rows: string }[]>`
      SELECT rm.repository_id AS id, json_agg(json_build_array(ref.manifest_digest, ref.digest))::text AS rows
      FROM repository_manifests rm
      JOIN manifests m ON m.registry_id = rm.registry_id AND m.digest = rm.digest AND m.kind = 'index'
      JOIN manifest_references ref ON ref.registry_id = m.registry_id AND ref.manifest_digest = m.digest AND ref.role = 'child' AND NOT ref.is_foreign
      WHERE rm.repository_id = ANY(${ids}) AND rm.registry_id = ${registryId} GROUP BY 1`,
  ]);
  const tagsOf = cellsOf<[string, string, number, string]>(tags);
  const childrenOf = cellsOf<[string, string]>(children);
  const manifestsOf = cellsOf<ManifestCell>(manifests);
  return ids.map((repositoryId) => ({
    repositoryId,
    manifests: (manifestsOf.get(repositoryId) ?? []).map(manifestOf),
    tags: (tagsOf.get(repositoryId) ?? []).map(([digest, name, pushedAt, pushedAtSource]) => ({
      ...{ digest, name, pushedAt, pushedAtSource },
    })),
    children: childrenOf.get(repositoryId) ?? [],
  }));
}

type ManifestCell = [
  ...[digest: string, mediaType: string, kind: string, artifactType: string | null, subject: string | null],
  ...[isUnreadable: boolean, pushedAt: number, pushedAtSource: string],
  ...[lastPulledAt: number | null, createdAt: number | null, untaggedSince: number | null],
];

function manifestOf(cell: ManifestCell): TestManifest {
  const [digest, mediaType, kind, artifactType, subject, isUnreadable, pushedAt, pushedAtSource, ...times] = cell;
  const [lastPulledAt, createdAt, untaggedSince] = times;
  return {
    ...{ digest, mediaType, kind, artifactType, subject, isUnreadable, pushedAt, pushedAtSource },
    ...{ lastPulledAt, createdAt, untaggedSince },
  };
}

function cellsOf<T>(rows: readonly { id: string; rows: string }[]): Map<string, T[]> {
  return new Map(rows.map(({ id, rows: cells }) => [id, JSON.parse(cells) as T[]]));
}

/** Tags of a space that people gave: without fallback tags. */
export async function countImageTags(workspaceId: string, spaceId: string): Promise<number> {
  const [row] = await prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM repositories r JOIN tags t ON t.repository_id = r.id AND t.subject_digest IS NULL
    WHERE r.space_id = ${spaceId} AND r.workspace_id = ${workspaceId}`;
  return row?.count ?? 0;
}

/** What pulling each of these would transfer, by `repository@digest`; what hangs in an image has no size of its own here. */
export async function sizesOf(
  spaceId: string,
  images: readonly { repositoryName: string; digest: string }[],
): Promise<Map<string, number>> {
  const rows = await prisma().$queryRaw<{ key: string; bytes: bigint }[]>`
    SELECT wanted.name || '@' || wanted.digest AS key, i.logical_bytes AS bytes
    FROM unnest(${images.map((one) => one.repositoryName)}::text[], ${images.map((one) => one.digest)}::text[]) AS wanted(name, digest)
    JOIN repositories r ON r.space_id = ${spaceId} AND r.name = wanted.name
    JOIN images i ON i.repository_id = r.id AND i.digest = wanted.digest`;
  return new Map(rows.map(({ key, bytes }) => [key, Number(bytes)]));
}
