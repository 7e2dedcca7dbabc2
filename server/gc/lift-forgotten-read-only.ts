import { evictExclusiveHolders } from "@/server/platform/db/registry-lock";
import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import { liftSilentReadOnly, raiseSilentEpochs } from "./gc.store";

/** Silence after which a collection is no longer waited for; before that, another worker may take it up under its epoch. */
const SILENCES = 4;

/**
 * The watchdog: ends read-only modes that nobody will end any more, so that tenants can push again whatever became of the worker, and
 * takes the lock from collections that stand still, so that images can be moved again. Epoch first: a collection that comes back later
 * finds another one and marks again. Returns how many read-only modes were lifted.
 */
export async function liftForgottenReadOnly(): Promise<number> {
  const silentSeconds = env().RECLAIM_HEARTBEAT_STALE_SECONDS * SILENCES;
  const lifted = await liftSilentReadOnly(silentSeconds);
  for (const { registryId, runId } of lifted)
    log.warn({ registryId, runId }, "read-only mode was forgotten and is lifted");
  const stopped = [...lifted, ...(await raiseSilentEpochs(silentSeconds))];
  for (const { registryId } of stopped) await evictExclusiveHolders(registryId);
  return lifted.length;
}
