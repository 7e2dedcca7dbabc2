// Notifications of registries, from their arrival until their ids need not be known any more.
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

/** New notifications of a registry; ids that came before are left out. */
export async function insertEvents(
  registryId: string,
  events: readonly { id: string; payload: unknown }[],
): Promise<void> {
  await prisma().registryEvent.createMany({
    data: events.map(({ id, payload }) => ({ registryId, id, payload: payload as Prisma.InputJsonValue })),
    skipDuplicates: true,
  });
}

/** Notes that the registry tells of what happens in it, from its first notification on. */
export async function writeTrackingSince(registryId: string): Promise<void> {
  await prisma().registry.updateMany({
    where: { id: registryId, pullTrackingSince: null },
    data: { pullTrackingSince: new Date() },
  });
}

export function listPendingEvents(
  registryId: string,
  limit: number,
  after: { id: string; receivedAt: Date } | null,
): Promise<{ id: string; payload: Prisma.JsonValue; receivedAt: Date }[]> {
  return prisma().registryEvent.findMany({
    where: {
      registryId,
      processedAt: null,
      ...(after
        ? { OR: [{ receivedAt: { gt: after.receivedAt } }, { receivedAt: after.receivedAt, id: { gt: after.id } }] }
        : {}),
    },
    orderBy: [{ receivedAt: "asc" }, { id: "asc" }],
    take: limit,
    select: { id: true, payload: true, receivedAt: true },
  });
}

/** Marks notifications as processed, in one order, and answers those that were not. */
export async function claimEvents(tx: Transaction, registryId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    WITH mine AS (
      SELECT id FROM registry_events WHERE registry_id = ${registryId} AND id = ANY(${[...ids]}) AND processed_at IS NULL
      ORDER BY id FOR UPDATE
    )
    UPDATE registry_events e SET processed_at = now(), payload = '{}' FROM mine
    WHERE e.registry_id = ${registryId} AND e.id = mine.id RETURNING e.id`;
  return new Set(rows.map((row) => row.id));
}

const DELETED_AT_ONCE = 10_000;

/** Processed notifications are only kept to know their ids again. A part of those of each registry, by its index. */
export async function deleteOldEvents(before: Date): Promise<void> {
  await prisma().$executeRaw`
    DELETE FROM registry_events e USING registries r, LATERAL (
      SELECT o.id FROM registry_events o WHERE o.registry_id = r.id AND o.processed_at < ${before} LIMIT ${DELETED_AT_ONCE}) old
    WHERE e.registry_id = r.id AND e.id = old.id`;
}

export async function listRegistriesWithPendingEvents(): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    SELECT r.id FROM registries r
    WHERE r.detached_at IS NULL AND EXISTS (SELECT 1 FROM registry_events e WHERE e.registry_id = r.id AND e.processed_at IS NULL)`;
  return rows.map((row) => row.id);
}
