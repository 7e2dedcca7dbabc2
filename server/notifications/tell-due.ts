import { QUOTA_FAR_PERCENT, QUOTA_NEAR_PERCENT } from "@/domain/notifications/notification-event";
import { prisma } from "@/server/platform/db/prisma";
import { listTagUsages } from "@/server/workspaces/list-tag-usages";
import { deleteEventsBefore } from "./delivery.store";
import { deleteMarksBefore, forgetMark, listListening, listPurgedSoon, tellOnce } from "./event.store";

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;
const startOfDay = (now: Date): number => Math.floor(now.getTime() / DAY_MS) * DAY_MS;

/**
 * For the worker's clock: tells of what no transaction does: tag quotas that are nearly used up (once, until they are well below again), and
 * entries that are purged by the end of tomorrow (UTC; once a day and space). Safe to run twice at once.
 */
export async function tellDue(now: Date): Promise<void> {
  await tellQuotas();
  await tellPurges(now);
  await deleteEventsBefore(new Date(now.getTime() - KEPT_DAYS * DAY_MS));
}

async function tellQuotas(): Promise<void> {
  const listening = new Set(await listListening("quota.near"));
  if (listening.size === 0) return;
  const usages = (await listTagUsages()).filter(({ workspaceId }) => listening.has(workspaceId));
  for (const { workspaceId, count: tagCount, quota: tagQuota } of usages) {
    const percent = tagQuota > 0 ? Math.floor((tagCount / tagQuota) * 100) : 0;
    const data = { tagCount, tagQuota, percent };
    const event = { workspaceId, kind: "quota.near", subject: "tags", data };
    if (percent >= QUOTA_NEAR_PERCENT) await prisma().$transaction((tx) => tellOnce(tx, event));
    else if (percent < QUOTA_FAR_PERCENT) await forgetMark(workspaceId, "quota.near", "tags");
  }
}

async function tellPurges(now: Date): Promise<void> {
  const today = startOfDay(now);
  const listening = await listListening("bin.purge_soon");
  for (const due of await listPurgedSoon(listening, new Date(today + 2 * DAY_MS))) {
    const { workspaceId, spaceId, entryCount, sizeBytes, firstAt, lastAt } = due;
    await prisma().$transaction((tx) =>
      tellOnce(tx, {
        ...{ workspaceId, kind: "bin.purge_soon", subject: `${spaceId}:${new Date(today).toISOString().slice(0, 10)}` },
        data: {
          ...{ spaceId, entryCount, sizeBytes },
          ...{ firstPurgeAt: firstAt.toISOString(), lastPurgeAt: lastAt.toISOString() },
        },
      }),
    );
  }
  await deleteMarksBefore("bin.purge_soon", new Date(today - DAY_MS));
}
