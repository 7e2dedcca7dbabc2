import { prisma } from "@/server/platform/db/prisma";

export interface SpaceState {
  revision: bigint;
  crawl: {
    id: string;
    /** Of every space of the registry. */
    isOfRegistry: boolean;
    status: "queued" | "running";
    repositoriesDone: number;
    repositoriesTotal: number | null;
    manifestsRead: number;
  } | null;
}

/** The revision of a space's inventory, and the reading of it that is under way: its own before one of the whole registry. */
export async function readSpaceState(space: { id: string; registryId: string }): Promise<SpaceState | null> {
  const rows = await prisma().$queryRaw<
    (NonNullable<SpaceState["crawl"]> & { crawlId: string | null; revision: bigint })[]
  >`
    SELECT s.inventory_revision AS revision, c.id AS "crawlId", c.space_id IS NULL AS "isOfRegistry", c.status,
      c.repositories_done AS "repositoriesDone", c.repositories_total AS "repositoriesTotal", c.manifests_read AS "manifestsRead"
    FROM spaces s LEFT JOIN LATERAL (
      SELECT * FROM crawls WHERE registry_id = ${space.registryId} AND (space_id = s.id OR space_id IS NULL)
        AND status IN ('queued', 'running')
      ORDER BY (status = 'running') DESC, space_id NULLS LAST LIMIT 1) c ON true
    WHERE s.id = ${space.id} AND s.removed_at IS NULL`;
  const row = rows[0];
  if (!row) return null;
  const { revision, crawlId, ...crawl } = row;
  return { revision, crawl: crawlId === null ? null : { ...crawl, id: crawlId } };
}
