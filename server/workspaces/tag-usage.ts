import { listTagQuotaRows } from "./tag-quota.store";

/** Tags in the own spaces of a workspace, and how many it may hold; fallback tags of referrers are not counted. Zero of zero where there is none. */
export async function tagUsage(workspaceId: string): Promise<{ count: number; quota: number }> {
  const [row] = await listTagQuotaRows(workspaceId);
  return { count: row?.count ?? 0, quota: row?.quota ?? 0 };
}
