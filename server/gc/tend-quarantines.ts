import { withRegistryLock } from "@/server/platform/db/registry-lock";
import { log } from "@/server/platform/log";
import { enqueueCrawl } from "@/server/registries/enqueue-crawl";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { giveBack, releaseAll } from "./give-back";
import { journalTotals } from "./journal-totals";
import { LeaseLost } from "./lease-lost";
import { purgeQuarantine, removeStaleLinks } from "./purge-quarantine";
import {
  correctTotals,
  endQuarantine,
  findQuarantine,
  listDueQuarantines,
  listUnlookedQuarantines,
  type Quarantine,
  setLookedOver,
  sumReturned,
} from "./quarantine.store";

const BATCH = 20;
const LOCK_WAIT_MS = 5_000;
const NOTHING_KEPT = { quarantinedBlobs: null, quarantinedBytes: null, undoUntil: null };
/** A stopped process that wakes up later than that has long been told by its lease. */
const LOOK_OVER_AFTER_MS = 10 * 60_000;

/**
 * The clock of quarantines: gives back what runs left that ended without seeing to it, puts back what somebody wants undone, purges what
 * was kept for long enough, and looks once for what a stopped process moved away late. Safe to run twice at once; what fails is tried
 * again. Answers how many were seen to.
 */
export async function tendQuarantines(now: Date, signal: AbortSignal): Promise<number> {
  let tended = 0;
  for (const quarantine of await listDueQuarantines(now, BATCH)) {
    if (signal.aborted) return tended;
    try {
      await tend(quarantine, signal);
      tended++;
    } catch (error) {
      log.warn({ runId: quarantine.runId, error }, "a quarantine could not be seen to");
    }
  }
  for (const { runId, registryId } of await listUnlookedQuarantines(
    new Date(now.getTime() - LOOK_OVER_AFTER_MS),
    BATCH,
  )) {
    if (signal.aborted) return tended;
    const open = await openRegistryById(registryId);
    if (open?.storage) {
      const released = await releaseAll(open.storage, runId, null);
      if (released.size > 0)
        log.warn({ runId, blobs: released.size }, "blobs were left in a quarantine, and are put back");
    }
    await setLookedOver(runId);
  }
  return tended;
}

async function tend({ runId, registryId, storageKey, state }: Quarantine, signal: AbortSignal): Promise<void> {
  const open = await openRegistryById(registryId);
  if (!open?.storage) return;
  const { storage } = open;
  if (state === "kept" || state === "purging") {
    const stillHeld = async () => {
      const { state: present } = (await findQuarantine(runId)) ?? { state: null };
      if (present !== "purging" && present !== state) throw new LeaseLost("the quarantine is not what it was");
    };
    const guard = { runId, storage, signal, stillHeld };
    await purgeQuarantine({ ...guard, key: storageKey, from: state }, () => {});
    await removeStaleLinks({ ...guard, stillHeld: async () => {} });
    await correctTotals(runId, { ...NOTHING_KEPT, ...(await journalTotals(runId)) });
    await endQuarantine(runId, "purged");
  } else {
    // A collection may hold it for long: then another round does it.
    const waiting = AbortSignal.any([signal, AbortSignal.timeout(LOCK_WAIT_MS)]);
    // As movers do: a collection that marks must not see manifests without their blobs, or blobs without them.
    await withRegistryLock(registryId, "shared", { signal: waiting }, () => giveBack({ runId, storage }));
    await correctTotals(runId, { ...NOTHING_KEPT, ...(await journalTotals(runId)), ...(await sumReturned(runId)) });
    await endQuarantine(runId, "given_back");
  }
  await enqueueCrawl(registryId);
}
