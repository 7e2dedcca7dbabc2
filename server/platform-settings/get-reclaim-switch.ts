import type { ReclaimSwitchDto } from "@/contracts/platform";
import type { Actor } from "@/server/platform/auth/actor";
import { findPlatformSettings, listSwitchChanges } from "./platform-settings.store";

/** The platform's kill switch: everybody may know of it, who turned it before is for platform admins. */
export async function getReclaimSwitch(actor: Actor): Promise<ReclaimSwitchDto> {
  const canChange = actor.kind === "user" && actor.isPlatformAdmin;
  const [settings, changes] = await Promise.all([findPlatformSettings(), canChange ? listSwitchChanges() : []]);
  return {
    isStopped: settings.reclaimStoppedAt !== null,
    reason: settings.reclaimStopReason,
    stoppedByName: settings.reclaimStoppedByName,
    stoppedAt: settings.reclaimStoppedAt?.toISOString() ?? null,
    canChange,
    changes: changes.map(({ at, actorName, action, data }) => ({
      ...{ at: at.toISOString(), actorName, isStopped: action === "platform.stop_reclaims" },
      reason: reasonOf(data),
    })),
  };
}

function reasonOf(data: unknown): string | null {
  const reason = typeof data === "object" && data !== null && "reason" in data ? data.reason : null;
  return typeof reason === "string" ? reason : null;
}
