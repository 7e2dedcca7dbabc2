import type { z } from "zod";
import type { GcScheduleStateDto, setGcScheduleBodySchema } from "@/contracts/gc-settings";
import { nextCronRuns } from "@/lib/cron";
import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { requireVersion, revisionTag } from "@/server/platform/http/etag";
import { findRegistry } from "@/server/registries/find-registry";
import { writeSchedule } from "./gc-schedule.store";
import { gcScheduleState } from "./gc-schedule-state";

/**
 * Has a registry collected for this workspace by a schedule. It may be set before collections are enabled: until then its times are
 * skipped, with that reason.
 * @throws AppError not_found; conflict where somebody else changed it meanwhile
 */
export async function setGcSchedule(
  scope: WorkspaceScope,
  input: { registryId: string } & z.output<typeof setGcScheduleBodySchema>,
): Promise<GcScheduleStateDto> {
  const registry = await findRegistry(scope, input.registryId);
  if (!registry) throw notFound();
  const { expression, timeZone, isEnabled, deleteUntagged, sweepBlobs, timeBoxMinutes, mode } = input;
  const { workspaceId, actor } = scope;
  const place = { workspaceId, registryId: registry.id };
  const now = new Date();
  const [next] = isEnabled ? nextCronRuns({ expression, timeZone }, now.getTime(), 1) : [];
  const options = { deleteUntagged, sweepBlobs, timeBoxMinutes, mode };
  // Written to this revision, or not at all.
  requireVersion(revisionTag(input.revision));
  await prisma().$transaction(async (tx) => {
    const isWritten = await writeSchedule(tx, {
      ...{ ...place, expression, timeZone, isEnabled, options },
      ...{ revision: input.revision + 1, nextRunAt: next === undefined ? null : new Date(next) },
      ...{ updatedAt: now, updatedByName: actor.name },
    });
    if (!isWritten) {
      throw new AppError("conflict", "Somebody else changed this schedule meanwhile. Look at it again, then save.");
    }
    await recordAudit(tx, {
      ...{ workspaceId, actor, action: "gc.schedule", resourceType: "registry", resourceId: registry.id },
      data: { name: registry.name, expression, timeZone, isEnabled, ...options },
    });
  });
  return gcScheduleState(place);
}
