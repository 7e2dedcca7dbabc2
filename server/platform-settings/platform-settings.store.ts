import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

export type PlatformSettingsRecord = Prisma.PlatformSettingsGetPayload<object>;
const THE_ROW = { id: 1 } as const;

export function findPlatformSettings(): Promise<PlatformSettingsRecord> {
  return prisma().platformSettings.findUniqueOrThrow({ where: THE_ROW });
}

/** Why reclaims are stopped, with the switch held as it is until the transaction ends: whoever turns it waits for what this one starts. */
export async function holdReclaimSwitch(tx: Transaction): Promise<{ reason: string; byName: string } | null> {
  const rows = await tx.$queryRaw<{ reason: string; byName: string }[]>`
    SELECT reclaim_stop_reason AS reason, reclaim_stopped_by_name AS "byName", reclaim_stopped_at AS "stoppedAt"
    FROM platform_settings WHERE id = 1 FOR SHARE`;
  const row = rows[0];
  return row?.reason == null ? null : row;
}

/** False = it was turned so already. Waits for whoever starts a reclaim in this moment. */
export async function writeReclaimSwitch(
  tx: Transaction,
  stop: { at: Date; byName: string; reason: string } | null,
): Promise<boolean> {
  const { count } = await tx.platformSettings.updateMany({
    where: { ...THE_ROW, reclaimStoppedAt: stop ? null : { not: null } },
    data: {
      reclaimStoppedAt: stop?.at ?? null,
      reclaimStoppedByName: stop?.byName ?? null,
      reclaimStopReason: stop?.reason ?? null,
    },
  });
  return count === 1;
}

const CHANGES_MAX = 20;

export async function listSwitchChanges(): Promise<
  { at: Date; actorName: string; action: string; data: Prisma.JsonValue }[]
> {
  return prisma().auditEvent.findMany({
    where: { workspaceId: null, resourceType: "platform", resourceId: "reclaim-switch" },
    select: { at: true, actorName: true, action: true, data: true },
    orderBy: { at: "desc" },
    take: CHANGES_MAX,
  });
}
