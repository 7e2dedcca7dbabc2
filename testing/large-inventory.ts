import { refreshImages } from "@/server/images/refresh-images";
import { prisma } from "@/server/platform/db/prisma";
import { packContent } from "./manifest-content";
import type { TestTenant } from "./tenant";

export interface LargeInventory {
  repositories: number;
  imagesPerRepository: number;
  /** On average: 3.4 gives four of ten images four, and the others three. */
  tagsPerImage: number;
}

/**
 * Fills a space by SQL, as a crawl would leave it: every fifth image an index of two platforms; each image a config and eight
 * layers, four of them shared by many repositories, three by neighbours in the repository, one its own; one image in fifty
 * untagged; a third pulled. Push times spread over 400 days. Counts and rows are written by the same code as always.
 */
export async function fillLargeInventory(tenant: TestTenant, size: LargeInventory): Promise<void> {
  const { workspaceId, registryId, spaceId } = tenant;
  const { repositories, imagesPerRepository: images, tagsPerImage } = size;
  const prefix = `${registryId}r`;
  await prisma().$executeRaw`
    INSERT INTO repositories (id, workspace_id, space_id, registry_id, name)
    SELECT ${prefix} || g, ${workspaceId}, ${spaceId}, ${registryId}, 'acme/team' || g % 20 || '/app' || g FROM generate_series(1, ${repositories}::int) g`;
  await prisma().$executeRaw`
    WITH one AS (
      SELECT r, i, (r * ${images}::int + i) % 5 = 0 AS is_index,
        'sha256:' || encode(sha256((${registryId} || '/' || r || '/' || i)::bytea), 'hex') AS digest
      FROM generate_series(1, ${repositories}::int) r, generate_series(1, ${images}::int) i
    ),
    manifest AS (
      SELECT r, i, digest, digest AS top, is_index, 0 AS arch FROM one
      UNION ALL
      SELECT r, i, 'sha256:' || encode(sha256((digest || '/' || arch)::bytea), 'hex'), digest, false, arch FROM one, generate_series(1, 2) arch WHERE is_index
    ),
    stored AS (
      INSERT INTO manifests (registry_id, digest, media_type, kind, size_bytes, platform)
      SELECT ${registryId}, digest, CASE WHEN is_index THEN 'application/vnd.oci.image.index.v1+json' ELSE 'application/vnd.oci.image.manifest.v1+json' END,
        CASE WHEN is_index THEN 'index' ELSE 'image' END, 1500,
        CASE WHEN is_index THEN NULL WHEN arch = 2 THEN 'linux/arm64/v8' ELSE 'linux/amd64' END FROM manifest
    ),
    held AS (
      INSERT INTO repository_manifests (repository_id, digest, workspace_id, registry_id, pushed_at, pushed_at_source, last_pulled_at)
      SELECT ${prefix} || r, digest, ${workspaceId}, ${registryId}, date_trunc('second', now()) - make_interval(secs => (hashtext(top)::bigint & 33554431)), 'storage',
        CASE WHEN i % 3 = 0 THEN date_trunc('second', now()) - make_interval(secs => (hashtext(digest)::bigint & 8388607)) END FROM manifest
    ),
    tagged AS (
      INSERT INTO tags (repository_id, name, workspace_id, digest, pushed_at, pushed_at_source)
      SELECT ${prefix} || r, 'v' || i / 50 || '.' || i || '.' || t || CASE WHEN t % 3 = 0 THEN '-rc' ELSE '' END, ${workspaceId}, digest,
        date_trunc('second', now()) - make_interval(secs => (hashtext(digest)::bigint & 33554431)), 'storage'
      FROM one, generate_series(1, floor(${tagsPerImage}::float8 + i % 10 / 10.0)::int) t WHERE i % 50 <> 0
    )
    INSERT INTO manifest_references (registry_id, manifest_digest, ordinal, role, digest, size_bytes)
    SELECT ${registryId}, digest, layer, CASE WHEN layer = 0 THEN 'config' ELSE 'layer' END,
      'sha256:' || encode(sha256((CASE WHEN layer = 0 OR layer = 8 THEN 'own/' || digest || '/' || layer
        WHEN layer <= 4 THEN 'base/' || r % 20 || '/' || layer || '/' || arch ELSE 'near/' || r || '/' || layer || '/' || i / (layer * 5) || '/' || arch END)::bytea), 'hex'),
      CASE WHEN layer = 0 THEN 3000 ELSE 10000000 / layer END
    FROM manifest, generate_series(0, 8) layer WHERE NOT is_index
    UNION ALL
    SELECT ${registryId}, p.digest, c.arch, 'child', c.digest, 1500 FROM manifest p JOIN manifest c ON c.top = p.digest AND c.arch > 0 WHERE p.is_index`;
  // Statistics first: the rows are written by queries that are planned.
  await prisma().$executeRaw`ANALYZE`;
  await packContent(registryId);
  const rows = await prisma().repository.findMany({ where: { spaceId }, select: { id: true }, orderBy: { id: "asc" } });
  for (const { id } of rows) await prisma().$transaction((tx) => refreshImages(tx, { id, registryId }, "all"));
  await prisma().$executeRaw`VACUUM ANALYZE`;
}
