// What an event is about, and what the clock tells of: quotas and bins.
import { Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

const runFields = {
  ...{ id: true, spaceId: true, kind: true, status: true, isDryRun: true, trigger: true, requestedByName: true },
  ...{ totals: true, progress: true, error: true, createdAt: true, finishedAt: true, registryId: true },
} as const;
export type NotifiedRunRow = Prisma.RunGetPayload<{ select: typeof runFields }>;

export function listNotifiedRuns(ids: readonly string[]): Promise<NotifiedRunRow[]> {
  return prisma().run.findMany({ where: { id: { in: [...ids] } }, select: runFields });
}

export function listNotifiedSpaces(ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  return prisma().space.findMany({ where: { id: { in: [...ids] } }, select: { id: true, name: true } });
}

export function listNotifiedWorkspaces(ids: readonly string[]): Promise<{ id: string; slug: string; name: string }[]> {
  return prisma().workspace.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, slug: true, name: true },
  });
}

/** Writes an event for the targets that want it, once a subject: true = somebody is told. */
export async function tellOnce(
  tx: Transaction,
  event: { workspaceId: string; kind: string; subject: string; data: Record<string, unknown> },
): Promise<boolean> {
  const { workspaceId, kind, subject, data } = event;
  const marked = await tx.$executeRaw`
    INSERT INTO notification_marks (workspace_id, kind, subject) VALUES (${workspaceId}, ${kind}, ${subject}) ON CONFLICT DO NOTHING`;
  if (marked === 0) return false;
  const rows = await tx.$queryRaw<{ told: boolean }[]>`
    SELECT notify_targets(${workspaceId}, ${kind}, NULL, ${JSON.stringify(data)}::jsonb) AS told`;
  return rows[0]?.told ?? false;
}

export async function forgetMark(workspaceId: string, kind: string, subject: string): Promise<void> {
  await prisma().notificationMark.deleteMany({ where: { workspaceId, kind, subject } });
}

/** Marks that no round asks about any more. */
export function deleteMarksBefore(kind: string, moment: Date): Promise<number> {
  return prisma().$executeRaw`DELETE FROM notification_marks WHERE kind = ${kind} AND at < ${moment}`;
}

/** Workspaces in which a target wants this to be told. */
export async function listListening(kind: string): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ workspaceId: string }[]>`
    SELECT DISTINCT workspace_id AS "workspaceId" FROM notification_targets WHERE is_enabled AND ${kind} = ANY (events)`;
  return rows.map(({ workspaceId }) => workspaceId);
}

/** Entries of these workspaces' bins that are purged before a moment, space by space. */
export function listPurgedSoon(
  workspaceIds: readonly string[],
  before: Date,
): Promise<
  { workspaceId: string; spaceId: string; entryCount: number; sizeBytes: number; firstAt: Date; lastAt: Date }[]
> {
  if (workspaceIds.length === 0) return Promise.resolve([]);
  return prisma().$queryRaw`
    SELECT workspace_id AS "workspaceId", space_id AS "spaceId", count(*)::int AS "entryCount",
      coalesce(sum(size_bytes), 0)::float8 AS "sizeBytes", min(purge_after) AS "firstAt", max(purge_after) AS "lastAt"
    FROM bin_entries
    WHERE state = 'held' AND purge_after < ${before} AND workspace_id IN (${Prisma.join(workspaceIds)})
    GROUP BY 1, 2`;
}
