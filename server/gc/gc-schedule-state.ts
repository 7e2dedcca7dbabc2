import type { GcScheduleStateDto } from "@/contracts/gc-settings";
import { nextCronRuns } from "@/lib/cron";
import { revisionTag, tellVersion } from "@/server/platform/http/etag";
import { gcOptionsOf } from "./gc-options";
import { findLastFiring, findSchedule } from "./gc-schedule.store";

const NEXT_RUNS = 5;

/** When a workspace has a registry collected by itself, and what came of the latest time. */
export async function gcScheduleState(place: { workspaceId: string; registryId: string }): Promise<GcScheduleStateDto> {
  const [schedule, last] = await Promise.all([findSchedule(place), findLastFiring(place)]);
  tellVersion(revisionTag(schedule?.revision ?? 0));
  return {
    schedule: schedule && {
      expression: schedule.expression,
      timeZone: schedule.timeZone,
      isEnabled: schedule.isEnabled,
      ...gcOptionsOf(schedule),
      revision: schedule.revision,
      updatedByName: schedule.updatedByName,
      updatedAt: schedule.updatedAt.toISOString(),
    },
    nextRuns: schedule?.isEnabled
      ? nextCronRuns(schedule, Date.now(), NEXT_RUNS).map((ms) => new Date(ms).toISOString())
      : [],
    lastFiring: last && {
      scheduledFor: last.scheduledFor.toISOString(),
      outcome: last.outcome as "started" | "skipped" | "missed",
      reason: last.reason,
      runId: last.runId,
    },
  };
}
