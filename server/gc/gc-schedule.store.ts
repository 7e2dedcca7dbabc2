// When collections come due. A time is taken by a compare-and-set on `next_run_at`, and by one row a time.
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

export type GcScheduleRecord = Prisma.GcScheduleGetPayload<object>;
type GcFiringRecord = Prisma.GcFiringGetPayload<object>;
interface Place {
  workspaceId: string;
  registryId: string;
}

const key = ({ workspaceId, registryId }: Place) => ({ registryId_workspaceId: { registryId, workspaceId } });

export function findSchedule(place: Place): Promise<GcScheduleRecord | null> {
  return prisma().gcSchedule.findUnique({ where: key(place) });
}

/** Writes the next revision. False = it has another than was thought (0: there is none). */
export async function writeSchedule(
  tx: Transaction,
  schedule: Omit<GcScheduleRecord, "options"> & { options: Prisma.InputJsonValue },
): Promise<boolean> {
  const { registryId, workspaceId, revision } = schedule;
  const { count } =
    revision === 1
      ? await tx.gcSchedule.createMany({ data: [schedule], skipDuplicates: true })
      : await tx.gcSchedule.updateMany({ where: { registryId, workspaceId, revision: revision - 1 }, data: schedule });
  return count === 1;
}

/** The revision that is gone; 0 = there was none. */
export async function deleteSchedule(tx: Transaction, { workspaceId, registryId }: Place): Promise<number> {
  const [gone] = await tx.$queryRaw<{ revision: number }[]>`
    DELETE FROM gc_schedules WHERE workspace_id = ${workspaceId} AND registry_id = ${registryId} RETURNING revision`;
  return gone?.revision ?? 0;
}

/** Schedules that are due at `now`, those due longest first. */
export function listDueSchedules(now: Date, limit: number): Promise<GcScheduleRecord[]> {
  return prisma().gcSchedule.findMany({
    where: { isEnabled: true, nextRunAt: { lte: now } },
    orderBy: { nextRunAt: "asc" },
    take: limit,
  });
}

export async function advanceSchedule(
  tx: Transaction,
  schedule: GcScheduleRecord,
  nextRunAt: Date | null,
): Promise<boolean> {
  const { registryId, workspaceId, revision, nextRunAt: due } = schedule;
  const { count } = await tx.gcSchedule.updateMany({
    where: { registryId, workspaceId, revision, nextRunAt: due, isEnabled: true },
    data: { nextRunAt },
  });
  return count === 1;
}

/** Answers how many were new: a time that has its row keeps it. */
export async function insertGcFirings(tx: Transaction, firings: GcFiringRecord[]): Promise<number> {
  return (await tx.gcFiring.createMany({ data: firings, skipDuplicates: true })).count;
}

export async function isTimeTaken({ workspaceId, registryId }: Place, scheduledFor: Date): Promise<boolean> {
  return (await prisma().gcFiring.count({ where: { workspaceId, registryId, scheduledFor } })) > 0;
}

export function findLastFiring({ workspaceId, registryId }: Place): Promise<GcFiringRecord | null> {
  return prisma().gcFiring.findFirst({ where: { workspaceId, registryId }, orderBy: { scheduledFor: "desc" } });
}
