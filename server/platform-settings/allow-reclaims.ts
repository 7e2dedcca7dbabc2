import type { ReclaimSwitchDto } from "@/contracts/platform";
import { recordAudit } from "@/server/history/record-audit";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { getReclaimSwitch } from "./get-reclaim-switch";
import { writeReclaimSwitch } from "./platform-settings.store";
import { requirePlatformActor } from "./stop-all-reclaims";

/** Lets reclaims run again. What was stopped stays stopped: its next schedule, or somebody, starts it anew. @throws AppError forbidden */
export async function allowReclaims(actor: Actor): Promise<ReclaimSwitchDto> {
  requirePlatformActor(actor);
  await prisma().$transaction(async (tx) => {
    if (!(await writeReclaimSwitch(tx, null))) return;
    await recordAudit(tx, {
      ...{ workspaceId: null, actor, action: "platform.allow_reclaims" },
      ...{ resourceType: "platform", resourceId: "reclaim-switch" },
    });
  });
  return getReclaimSwitch(actor);
}
