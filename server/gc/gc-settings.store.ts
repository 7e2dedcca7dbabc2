// Enablement of collections and their requests, by registry.
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

/** Of every workspace and the platform. */
export function listAttachedRegistries(): Promise<Prisma.RegistryGetPayload<object>[]> {
  return prisma().registry.findMany({ where: { detachedAt: null } });
}

export function findAttachedRegistry(id: string): Promise<Prisma.RegistryGetPayload<object> | null> {
  return prisma().registry.findFirst({ where: { id, detachedAt: null } });
}

export async function saveRequest(
  tx: Transaction,
  request: { registryId: string; workspaceId: string; note: string; requestedByName: string; requestedAt: Date },
): Promise<void> {
  const { registryId, workspaceId, ...said } = request;
  await tx.gcRequest.upsert({
    where: { registryId_workspaceId: { registryId, workspaceId } },
    create: request,
    update: said,
  });
}

/** Every request that waits, the oldest first, with the name of the workspace that asks. */
export function listRequests(): Promise<
  {
    registryId: string;
    workspaceId: string;
    workspaceName: string;
    note: string;
    requestedByName: string;
    requestedAt: Date;
  }[]
> {
  return prisma().$queryRaw`
    SELECT q.registry_id AS "registryId", q.workspace_id AS "workspaceId", w.name AS "workspaceName", q.note,
      q.requested_by_name AS "requestedByName", q.requested_at AS "requestedAt"
    FROM gc_requests q JOIN workspaces w ON w.id = q.workspace_id ORDER BY q.requested_at, q.workspace_id`;
}

/** Switches collections of a registry on or off. Requests are answered by either. False = it is so already, or there is no such registry. */
export async function writeEnablement(
  tx: Transaction,
  registryId: string,
  enabled: { at: Date; byName: string } | null,
): Promise<boolean> {
  const { count } = await tx.registry.updateMany({
    where: { id: registryId, detachedAt: null, gcEnabledAt: enabled ? null : { not: null } },
    data: { gcEnabledAt: enabled?.at ?? null, gcEnabledByName: enabled?.byName ?? null },
  });
  await tx.gcRequest.deleteMany({ where: { registryId } });
  return count === 1;
}

export async function listWorkspaceNames(ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await prisma().workspace.findMany({ where: { id: { in: [...ids] } }, select: { id: true, name: true } });
  return new Map(rows.map(({ id, name }) => [id, name]));
}
