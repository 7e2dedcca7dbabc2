import type { GcScheduleStateDto } from "@/contracts/gc-settings";
import { recordAudit } from "@/server/history/record-audit";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { requireVersion, revisionTag } from "@/server/platform/http/etag";
import { findRegistry } from "@/server/registries/find-registry";
import { deleteSchedule } from "./gc-schedule.store";
import { gcScheduleState } from "./gc-schedule-state";

/** Ends a schedule, where there is one; a collection that it started goes on. @throws AppError not_found, precondition_failed */
export async function removeGcSchedule(
  scope: WorkspaceScope,
  input: { registryId: string },
): Promise<GcScheduleStateDto> {
  const registry = await findRegistry(scope, input.registryId);
  if (!registry) throw notFound();
  const { workspaceId, actor } = scope;
  const place = { workspaceId, registryId: registry.id };
  await prisma().$transaction(async (tx) => {
    const revision = await deleteSchedule(tx, place);
    // What was deleted in another revision is given back.
    requireVersion(revisionTag(revision));
    if (revision === 0) return;
    await recordAudit(tx, {
      ...{ workspaceId, actor, action: "gc.unschedule" },
      ...{ resourceType: "registry", resourceId: registry.id, data: { name: registry.name } },
    });
  });
  return gcScheduleState(place);
}
