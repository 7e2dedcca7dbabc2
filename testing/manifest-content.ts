import { prisma } from "@/server/platform/db/prisma";

/** Gives manifests that a test wrote by itself the content and children that their references are, as the inventory does. */
export async function packContent(registryId: string): Promise<void> {
  await prisma().$executeRaw`
    UPDATE manifests m SET content = r.content, children = r.children
    FROM (
      SELECT manifest_digest,
        string_agg(int8send(digest_key) || int8send(size_bytes), ''::bytea ORDER BY ordinal) FILTER (WHERE role IN ('config', 'layer')) AS content,
        string_agg(digest, ',' ORDER BY ordinal) FILTER (WHERE role = 'child') AS children
      FROM manifest_references WHERE registry_id = ${registryId} AND NOT is_foreign GROUP BY manifest_digest
    ) r
    WHERE m.registry_id = ${registryId} AND m.digest = r.manifest_digest`;
}

/** Manifests of a registry whose content or children are not what their references are: none, or plans would decide and measure wrongly. */
export async function listWrongContents(registryId: string): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT m.digest FROM manifests m
    CROSS JOIN LATERAL (
      SELECT string_agg(int8send(r.digest_key) || int8send(r.size_bytes), ''::bytea ORDER BY r.ordinal) FILTER (WHERE r.role IN ('config', 'layer')) AS content,
        string_agg(r.digest, ',' ORDER BY r.ordinal) FILTER (WHERE r.role = 'child') AS children
      FROM manifest_references r WHERE r.registry_id = m.registry_id AND r.manifest_digest = m.digest AND NOT r.is_foreign
    ) wanted
    WHERE m.registry_id = ${registryId} AND (m.content IS DISTINCT FROM wanted.content OR m.children IS DISTINCT FROM wanted.children)`;
  return rows.map(({ digest }) => digest);
}
