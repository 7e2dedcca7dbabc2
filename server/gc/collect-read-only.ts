import { RunStopped } from "@/server/history/run-context";
import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import { enqueueCrawl } from "@/server/registries/enqueue-crawl";
import { type Collection, type CollectionMode, enter, failed, underLock } from "./collection";
import { dismissHelpers } from "./dismiss-helpers";
import { finishStorage, seenRepositories } from "./finish-storage";
import { enterReadOnly, holdsLease, type Lease, leaveReadOnly } from "./gc.store";
import { journalCandidates } from "./journal-candidates";
import { journalTotals } from "./journal-totals";
import { LeaseLost } from "./lease-lost";
import { markStorage } from "./mark-storage";
import { measureLeft, measureUnused } from "./measure-unused";
import { forgetInCache } from "./registry-cache";
import { selfCheck } from "./self-check";
import { sweepJournal } from "./sweep-journal";
import { waitForWriters } from "./wait-for-writers";
import { witnessesOf } from "./witnesses";

/**
 * Read-only mode: exclusive lock, no new write tokens, wait for writers, mark, sweep, finish. Whatever ends it, pushes are granted again,
 * except where another worker is to go on with it. A run that was killed, or lost its lock, marks again and keeps its totals; it need not
 * wait for writers again where the registry stayed read-only for it.
 */
export const readOnlyCollection: CollectionMode = {
  mode: "read_only",

  async collect(whole) {
    return underLock(whole, whole.held.isDrained ? "marking" : "waiting_for_lock", async (collection) => {
      const { context, storage, held, words, signal } = collection;
      const lease = await drainWriters(collection);
      if (lease === null) {
        const minutes = Math.round(env().RECLAIM_WRITER_TIMEOUT_SECONDS / 60);
        return failed(
          "writers_not_drained",
          `Uploads were still going on after ${minutes} minutes. Nothing was deleted.`,
        );
      }
      held.isDrained = true;
      const { scan, found } = await markStorage(collection, null);
      await journalCandidates(context, lease, scan, found, signal);
      await enter(context, "sweeping");
      const witnesses = await witnessesOf(scan, found);
      const failure = await sweepJournal(context, storage, lease, words, signal, witnesses);
      if (failure) return failure;
      await enter(context, "finishing");
      for (const digest of found.emptyBlobDirectories) {
        signal.throwIfAborted();
        await storage.removeEmptyBlob(digest);
      }
      const stillHeld = async () => {
        if (!(await holdsLease(lease))) throw new LeaseLost("another epoch began");
      };
      // What is asked for here was seen when marking, and nobody could push since.
      const seen = seenRepositories(scan, found);
      const finished = await finishStorage(scan.view, { nowMs: Date.now(), isBarred: true, seen, signal, stillHeld });
      context.log("cleaned_up", { ...finished });
      await selfCheck(collection, { graph: scan.graph, mark: found.mark }, null);
      const { registryId } = context.run;
      if (collection.options.sweepBlobs) await measureLeft(registryId, storage, scan, found.list, signal);
      else await measureUnused(registryId, signal);
      return { status: "succeeded" };
    });
  },

  /** What fails here is seen to by the watchdog and the next crawl. */
  async letGo({ context, registry, held }, outcome) {
    const { id, registryId } = context.run;
    if (held.lease === null) return outcome;
    let ended = outcome;
    try {
      await dismissHelpers(context.run);
    } catch (error) {
      log.warn({ runId: id, error }, "whether somebody still helps is not known: the watchdog ends read-only mode");
      return ended;
    }
    try {
      // Before anybody pushes, and whatever stopped the sweep.
      await forgetInCache(registry, id, "deleted");
    } catch (error) {
      ended = failed("registry_cache", error instanceof Error ? error.message : String(error));
    }
    try {
      await leaveReadOnly(held.lease);
      context.log("read_only_ended", { text: "The registry accepts pushes again." });
      const totals = await journalTotals(id);
      if (totals) context.totals(totals);
      await context.flush();
      await enqueueCrawl(registryId);
    } catch (error) {
      log.warn({ runId: id, error }, "after a collection");
    }
    return ended;
  },
};

/** Takes the lease, and waits where writers may still be about; null where they would not end. */
async function drainWriters({ context, storage, held, signal }: Collection): Promise<Lease | null> {
  const { run } = context;
  const entered = await enterReadOnly({ id: run.id, epoch: context.epoch, registryId: run.registryId });
  if (!entered) throw new RunStopped("fenced");
  held.lease = entered.lease;
  // Whoever helped an earlier attempt: what is marked now must not go away under it.
  await dismissHelpers(run);
  if (entered.wasReadOnly && held.isDrained) {
    context.log("still_read_only", {
      text: "The registry stayed read-only meanwhile: no writer has to be waited for.",
    });
    return entered.lease;
  }
  held.isDrained = false;
  await enter(context, "waiting_for_writers");
  const { RECLAIM_TOKEN_LEEWAY_SECONDS, RECLAIM_UPLOAD_IDLE_SECONDS, RECLAIM_WRITER_TIMEOUT_SECONDS } = env();
  const waited = await waitForWriters(storage, {
    lastTokenExpiresAtMs: entered.lastWriteTokenExpiresAt?.getTime() ?? null,
    leewayMs: RECLAIM_TOKEN_LEEWAY_SECONDS * 1_000,
    uploadIdleMs: RECLAIM_UPLOAD_IDLE_SECONDS * 1_000,
    timeoutMs: RECLAIM_WRITER_TIMEOUT_SECONDS * 1_000,
    signal,
    nowMs: Date.now,
    onCountdown: (endsAtMs) => context.progress({ writersDoneAt: new Date(endsAtMs).toISOString() }),
  });
  return waited === "drained" ? entered.lease : null;
}
