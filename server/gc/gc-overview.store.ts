// What the screen of a registry's collections shows besides a run itself.
import { type Prisma, prisma } from "@/server/platform/db/prisma";

type RunRow = Prisma.RunGetPayload<object>;

/** A workspace's spaces on a registry, the oldest first: who starts a collection without naming one starts it for that. */
export function listOwnSpaces(workspaceId: string, registryId: string): Promise<{ id: string; name: string }[]> {
  return prisma().space.findMany({
    where: { workspaceId, registryId, removedAt: null },
    select: { id: true, name: true },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
  });
}

export async function isSharedRegistry(workspaceId: string, registryId: string): Promise<boolean> {
  const other = await prisma().space.findFirst({
    where: { registryId, removedAt: null, workspaceId: { not: workspaceId } },
    select: { id: true },
  });
  return other !== null;
}

/** A workspace's latest ended collection of a registry that removed something, or ran to its end. */
export function findLastSavings(workspaceId: string, registryId: string): Promise<RunRow | null> {
  return prisma().run.findFirst({
    where: {
      workspaceId,
      registryId,
      kind: "gc",
      isDryRun: false,
      finishedAt: { not: null },
      status: { not: "failed" },
    },
    orderBy: { createdAt: "desc" },
  });
}

/** Collections of a registry that ran to their end, whoever's, the newest first. */
export function listPastCollections(registryId: string, limit: number): Promise<RunRow[]> {
  return prisma().run.findMany({
    where: { registryId, kind: "gc", isDryRun: false, status: "succeeded" },
    orderBy: { createdAt: "desc" },
    take: limit,
  });
}

export function findRequest(workspaceId: string, registryId: string) {
  return prisma().gcRequest.findUnique({ where: { registryId_workspaceId: { registryId, workspaceId } } });
}

/** Collections that are felt on a registry which a workspace may use: those that hold it read-only, and online ones at work. */
export function listFeltCollections(workspaceId: string): Promise<
  {
    registryId: string;
    registryName: string;
    runId: string;
    spaceId: string;
    workspaceId: string;
    phase: string;
    isReadOnly: boolean;
    since: Date;
  }[]
> {
  return prisma().$queryRaw`
    SELECT r.id AS "registryId", r.name AS "registryName", u.id AS "runId", u.space_id AS "spaceId", u.workspace_id AS "workspaceId",
      u.phase, r.read_only_run_id IS NOT NULL AS "isReadOnly", coalesce(r.read_only_since, u.started_at, u.created_at) AS since
    FROM registries r CROSS JOIN LATERAL (
      SELECT * FROM runs WHERE id = r.read_only_run_id
      UNION ALL
      SELECT * FROM runs WHERE r.read_only_run_id IS NULL AND registry_id = r.id AND kind = 'gc' AND finished_at IS NULL
        AND status = 'running' AND NOT is_dry_run AND options ->> 'mode' = 'online'
    ) u
    WHERE r.detached_at IS NULL AND (r.workspace_id IS NULL OR r.workspace_id = ${workspaceId})
    ORDER BY r.name, r.id`;
}
