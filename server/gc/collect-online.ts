import { RunStopped } from "@/server/history/run-context";
import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import { enqueueCrawl } from "@/server/registries/enqueue-crawl";
import { type Collection, type CollectionMode, enter, failed, underLock } from "./collection";
import { finishStorage } from "./finish-storage";
import { enterOnline, holdsLease, type Lease } from "./gc.store";
import { giveBack } from "./give-back";
import { journalCandidates } from "./journal-candidates";
import { journalTotals } from "./journal-totals";
import { LeaseLost } from "./lease-lost";
import { markAgain } from "./mark-again";
import { graceCutoffMs } from "./mark-policy";
import { markStorage } from "./mark-storage";
import { measureUnused } from "./measure-unused";
import { purgeQuarantine, removeStaleLinks } from "./purge-quarantine";
import {
  endQuarantine,
  findQuarantine,
  keepQuarantine,
  openQuarantine,
  sumQuarantined,
  sumReturned,
} from "./quarantine.store";
import { quarantineCandidates } from "./quarantine-candidates";
import { forgetInCache } from "./registry-cache";
import { removedManifests } from "./removed-manifests";
import { selfCheck } from "./self-check";
import { settleWriters } from "./settle-writers";
import { takeOver } from "./take-over";

const HOUR_MS = 3_600_000;

/**
 * Online mode: nobody is kept out. Under the exclusive lock everything is marked, links of untagged manifests are removed and blobs
 * renamed into a quarantine; without it those are waited for who may still write something that names one; under it again everything is
 * marked once more with the quarantine, what became needed is given back, and the rest is purged (or kept for a while, so that it can be
 * undone). Whatever stops it before the purge gives all back; a run that was killed, or lost its lock, begins anew with that.
 */
export const onlineCollection: CollectionMode = {
  mode: "online",

  async collect(whole) {
    const { context, registry, storage, signal } = whole;
    const { run } = context;
    const taken = await underLock(whole, "waiting_for_lock", async (collection) => {
      const lease = await takeLease(collection);
      const key = `${run.id}.${lease.gcEpoch}`;
      const released = await takeOver(collection, key);
      const cutoffMs = graceCutoffMs(run.frozenNow);
      const { scan, found } = await markStorage(collection, cutoffMs, released);
      const removed = await removedManifests(scan, found, collection.signal);
      const quarantine = { workspaceId: run.workspaceId, storageKey: key, needs: removed.needs };
      if (!(await openQuarantine(lease, quarantine))) throw new LeaseLost("another epoch began");
      await journalCandidates(context, lease, scan, found, collection.signal);
      await enter(context, "sweeping");
      await quarantineCandidates(collection, lease, key, cutoffMs);
      await forgetInCache(registry, run.id, "quarantined");
      return { lease, key, cutoffMs, removed };
    });
    const { lease, key } = taken;
    const { blobs, manifests } = await sumQuarantined(run.id);
    let marked: Awaited<ReturnType<typeof markAgain>> | null = null;
    if (blobs + manifests > 0) {
      await settleWriters(whole);
      marked = await underLock(whole, null, (collection) => markAgain(collection, lease, taken));
    }
    await enter(context, "finishing");
    const stillHeld = () => requireLease(lease);
    const finished = await finishStorage(storage, { nowMs: Date.now(), isBarred: false, signal, stillHeld });
    context.log("cleaned_up", { ...finished });
    if (await keepForUndo(whole, lease)) return { status: "succeeded" };
    const guard = { runId: run.id, storage, signal, stillHeld };
    await purgeQuarantine({ ...guard, key, from: "open" }, (numbers) => context.progress(numbers));
    await forgetInCache(registry, run.id, "deleted");
    await removeStaleLinks(guard);
    await endQuarantine(run.id, "purged");
    if (marked !== null) await selfCheck(whole, marked, taken.cutoffMs);
    return { status: "succeeded" };
  },

  async letGo({ context, storage }, outcome) {
    const { id, registryId } = context.run;
    let ended = outcome;
    try {
      if (outcome?.status !== "succeeded" && (await findQuarantine(id)) !== null) {
        const { blobs, manifests } = await giveBack({ runId: id, storage });
        if (blobs + manifests > 0)
          context.log("given_back", { text: "Everything that was not purged yet is where it was.", blobs, manifests });
        context.totals(await sumReturned(id));
        await endQuarantine(id, "given_back");
      }
    } catch (error) {
      // The quarantine's row is not ended: the clock tries again for as long as it takes.
      log.error({ runId: id, error }, "a quarantine could not be given back");
      const why = error instanceof Error ? error.message : String(error);
      context.log("given_back", { text: `Not everything could be put back yet, it is tried again: ${why}` });
      ended = failed("not_given_back", `What was taken away could not all be put back yet, and is tried again. ${why}`);
    }
    try {
      const totals = await journalTotals(id);
      if (totals) context.totals(totals);
      await context.flush();
      if (outcome?.status === "succeeded") await measureUnused(registryId, context.signal);
      await enqueueCrawl(registryId);
    } catch (error) {
      log.warn({ runId: id, error }, "after a collection");
    }
    return ended;
  },
};

async function takeLease({ context, held }: Collection): Promise<Lease> {
  const { id, registryId } = context.run;
  const lease = await enterOnline({ id, epoch: context.epoch, registryId });
  if (!lease) throw new RunStopped("fenced");
  held.lease = lease;
  return lease;
}

async function requireLease(lease: Lease): Promise<void> {
  if (!(await holdsLease(lease))) throw new LeaseLost("another epoch began");
}

/** Where what was taken is kept for a while, and something was. */
async function keepForUndo({ context }: Collection, lease: Lease): Promise<boolean> {
  const { RECLAIM_QUARANTINE_HOURS: hours } = env();
  const { blobs, manifests, sizeBytes } = await sumQuarantined(lease.runId);
  if (hours === 0 || blobs + manifests === 0) return false;
  await requireLease(lease);
  const until = new Date(Date.now() + hours * HOUR_MS);
  if (!(await keepQuarantine(lease.runId, until))) throw new LeaseLost("another epoch began");
  const numbers = { quarantinedBlobs: blobs, quarantinedBytes: sizeBytes, undoUntil: until.toISOString() };
  context.totals(numbers);
  context.log("kept_in_quarantine", {
    text: "What was taken is kept, and can be put back until it is purged.",
    ...numbers,
  });
  return true;
}
