import { prisma } from "@/server/platform/db/prisma";

export function findWorkspace(workspaceId: string) {
  return prisma().workspace.findUnique({ where: { id: workspaceId }, select: { id: true, slug: true, name: true } });
}

export function listMemberRows(workspaceId: string) {
  return prisma().member.findMany({
    where: { workspaceId },
    select: { role: true, createdAt: true, user: { select: { id: true, name: true, email: true, disabledAt: true } } },
    orderBy: [{ role: "asc" }, { user: { name: "asc" } }],
  });
}

/** Bytes that this workspace's finished collections freed, cancelled ones included: what is gone is gone. */
export async function sumFreedBytes(workspaceId: string): Promise<number> {
  const rows = await prisma().$queryRaw<{ freed: bigint }[]>`
    SELECT coalesce(sum((totals->>'freedBytes')::bigint), 0)::bigint AS freed FROM runs
    WHERE workspace_id = ${workspaceId} AND kind = 'gc' AND NOT is_dry_run`;
  return Number(rows[0]?.freed ?? 0);
}
