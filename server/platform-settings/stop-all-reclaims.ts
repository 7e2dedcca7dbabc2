import type { ReclaimSwitchDto } from "@/contracts/platform";
import { recordAudit } from "@/server/history/record-audit";
import { stopReclaimRuns } from "@/server/history/stop-reclaim-runs";
import { AppError } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { getReclaimSwitch } from "./get-reclaim-switch";
import { writeReclaimSwitch } from "./platform-settings.store";
import { stoppedText } from "./require-reclaims-allowed";

/**
 * Stops every reclaim of the platform: running ones end within two seconds with what they have done, none starts. Stopping again changes
 * nothing, the first reason stays.
 * @throws AppError forbidden
 */
export async function stopAllReclaims(
  actor: Actor,
  { reason }: { reason: string },
  now = new Date(),
): Promise<ReclaimSwitchDto> {
  requirePlatformActor(actor);
  await prisma().$transaction(async (tx) => {
    if (!(await writeReclaimSwitch(tx, { at: now, byName: actor.name, reason }))) return;
    const stopped = await stopReclaimRuns(tx, {
      by: actor.name,
      reason: stoppedText({ byName: actor.name, reason }),
    });
    await recordAudit(tx, {
      ...{ workspaceId: null, actor, action: "platform.stop_reclaims" },
      ...{ resourceType: "platform", resourceId: "reclaim-switch" },
      data: { reason, ...stopped },
    });
  });
  return getReclaimSwitch(actor);
}

/** @throws AppError forbidden */
export function requirePlatformActor(actor: Actor): void {
  if (actor.kind !== "user" || !actor.isPlatformAdmin)
    throw new AppError(
      "forbidden",
      "Only a platform admin may stop reclaims on the whole platform, or allow them again.",
    );
}
