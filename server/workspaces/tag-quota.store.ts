import { Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

export interface TagQuotaRow {
  workspaceId: string;
  slug: string;
  name: string;
  count: number;
  quota: number;
}

/**
 * Tags of the workspaces' own spaces, from the counts that each repository keeps, without fallback tags of referrers: those are few, and an
 * index holds them alone. `null` = all workspaces that are not deleted.
 */
export function listTagQuotaRows(workspaceId: string | null): Promise<TagQuotaRow[]> {
  const only = workspaceId === null ? Prisma.empty : Prisma.sql`AND w.id = ${workspaceId}`;
  return prisma().$queryRaw<TagQuotaRow[]>`
    SELECT w.id AS "workspaceId", w.slug, w.name, w.tag_quota AS quota, greatest(all_tags.count - fallback.count, 0) AS count
    FROM workspaces w
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(r.tag_count), 0)::int AS count FROM spaces s JOIN repositories r ON r.space_id = s.id
      WHERE s.workspace_id = w.id AND s.removed_at IS NULL
    ) all_tags
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS count FROM tags t JOIN repositories r ON r.id = t.repository_id JOIN spaces s ON s.id = r.space_id
      WHERE t.workspace_id = w.id AND t.subject_digest IS NOT NULL AND s.removed_at IS NULL
    ) fallback
    WHERE w.removed_at IS NULL ${only} ORDER BY w.name, w.id`;
}

/** False = there is no such workspace. */
export async function updateTagQuota(tx: Transaction, workspaceId: string, tagQuota: number): Promise<boolean> {
  const { count } = await tx.workspace.updateMany({ where: { id: workspaceId, removedAt: null }, data: { tagQuota } });
  return count === 1;
}
