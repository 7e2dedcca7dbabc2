import { findPlatformSettings } from "./platform-settings.store";
import { stoppedText } from "./require-reclaims-allowed";

/** Why no reclaim may run now, in words; null where they may. */
export async function areReclaimsStopped(): Promise<string | null> {
  const { reclaimStoppedByName: byName, reclaimStopReason: reason } = await findPlatformSettings();
  return byName === null || reason === null ? null : stoppedText({ byName, reason });
}
