import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import { liftSilentReadOnly } from "./gc.store";

/** Silence after which a collection is no longer waited for; before that, another worker may take it up under its epoch. */
const SILENCES = 4;

/**
 * The watchdog: ends read-only modes that nobody will end any more, so that tenants can push again whatever became of the worker.
 * A collection that comes back later finds another epoch and marks again. Returns how many were lifted.
 */
export async function liftForgottenReadOnly(): Promise<number> {
  const lifted = await liftSilentReadOnly(env().RECLAIM_HEARTBEAT_STALE_SECONDS * SILENCES);
  for (const { registryId, runId } of lifted)
    log.warn({ registryId, runId }, "read-only mode was forgotten and is lifted");
  return lifted.length;
}
