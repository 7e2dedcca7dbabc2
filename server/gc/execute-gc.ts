import type { RunNumbers } from "@/contracts/history";
import { countOddities, type Oddity } from "@/domain/gc/oddity";
import { type GcPhase, isStillDrained } from "@/domain/gc/phases";
import { type RunContext, type RunOutcome, RunStopped } from "@/server/history/run-context";
import { evictExclusiveHolders, type RegistryLock, withRegistryLock } from "@/server/platform/db/registry-lock";
import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import { type BlobStorage, StorageReadError, StorageWriteError } from "@/server/platform/storage/blob-storage";
import { enqueueCrawl } from "@/server/registries/enqueue-crawl";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { registryCapabilities } from "@/server/registries/registry-capabilities";
import { type FoundCandidates, findCandidates } from "./find-candidates";
import { finishStorage } from "./finish-storage";
import { enterReadOnly, holdsLease, type Lease, leaveReadOnly } from "./gc.store";
import { journalCandidates } from "./journal-candidates";
import { journalTotals } from "./journal-totals";
import { LeaseLost } from "./lease-lost";
import { markPolicy } from "./mark-policy";
import { measureUnused } from "./measure-unused";
import { type OwnWords, ownWords } from "./own-words";
import { registryReferences } from "./reference-cache";
import { type StorageScan, scanStorage } from "./scan-storage";
import { sweepJournal } from "./sweep-journal";
import { waitForWriters } from "./wait-for-writers";

class TimeBoxReached extends Error {
  override readonly name = "TimeBoxReached";
}

/** How often a collection begins anew after losing its lock or epoch, before it says so. */
const ATTEMPTS_MAX = 5;
const ODDITIES_LOGGED_MAX = 200;

type GcOptions = { deleteUntagged: boolean; timeBoxMinutes: number | null };
/** What one claim of a run holds: its present lease, and whether writers were drained under it or one right before it. */
type Held = { lease: Lease | null; isDrained: boolean };
type Work = {
  context: RunContext;
  storage: BlobStorage;
  options: GcOptions;
  held: Held;
  words: OwnWords;
  signal: AbortSignal;
};

/**
 * Collects a registry in read-only mode: exclusive lock, no new write tokens, wait for writers, mark, sweep, finish. Whatever
 * ends it, pushes are granted again, except where another worker is to go on with it. A run that was killed, or lost its lock,
 * marks again and keeps its totals; it need not wait for writers again where the registry stayed read-only for it.
 * A dry run marks under the lock only.
 */
export async function executeGc(context: RunContext): Promise<RunOutcome> {
  const { run } = context;
  const open = await openRegistryById(run.registryId);
  if (!open?.storage)
    return failed("storage_unreachable", "The console cannot reach this registry's storage any more.");
  const { garbageCollection } = registryCapabilities(open.registry);
  if (!garbageCollection.isAvailable) {
    return failed("not_possible", garbageCollection.reason ?? "This registry cannot be collected.");
  }
  const options = run.options as GcOptions;
  const timeBox = startTimeBox(run.startedAt ?? new Date(), options.timeBoxMinutes);
  const signal = AbortSignal.any([context.signal, timeBox.signal]);
  const held: Held = { lease: leaseOfBefore(context, open.registry), isDrained: isStillDrained(run, open.registry) };
  const words = await ownWords(run.registryId, run.workspaceId);
  const work = { context, storage: open.storage, options, held, words, signal };
  try {
    const outcome = await attemptUntilHeld(work).catch((error: unknown) => {
      if (error instanceof TimeBoxReached) return { status: "time_boxed" } as const;
      throw error;
    });
    await letGo(work, outcome);
    return outcome;
  } catch (error) {
    // Another worker goes on with the run: it finds read-only mode as it was.
    if (!isHandedOn(error, context.signal)) await letGo(work, null);
    throw error;
  } finally {
    timeBox.stop();
  }
}

/** What an earlier claim left, so that a run that ends before it takes its own lease ends read-only mode all the same. */
function leaseOfBefore(
  { run, epoch }: RunContext,
  registry: { gcEpoch: number; readOnlyRunId: string | null },
): Lease | null {
  if (registry.readOnlyRunId !== run.id) return null;
  return { registryId: run.registryId, gcEpoch: registry.gcEpoch, runId: run.id, runEpoch: epoch };
}

function isHandedOn(error: unknown, signal: AbortSignal): boolean {
  const stopped = error instanceof RunStopped ? error : signal.reason;
  return stopped instanceof RunStopped && stopped.reason !== "cancelled";
}

async function attemptUntilHeld(work: Work): Promise<RunOutcome> {
  const { context, signal } = work;
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptOnce(work);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof StorageReadError) {
        const reason = "Nothing more is deleted, because what cannot be read could be needed.";
        return failed("storage_unreadable", `${work.words.failure(error)}. ${reason}`);
      }
      if (error instanceof StorageWriteError) return failed("storage_not_writable", work.words.failure(error));
      if (!(error instanceof LeaseLost)) throw error;
      if (attempt >= ATTEMPTS_MAX)
        return failed("lock_lost", `The lock was lost ${ATTEMPTS_MAX} times: ${error.message}`);
      context.log("lock_lost", {
        text: `The lock on the registry was lost (${error.message}): everything is marked again.`,
      });
    }
  }
}

async function attemptOnce(work: Work): Promise<RunOutcome> {
  await enter(work.context, work.held.isDrained ? "marking" : "waiting_for_lock");
  // One collection a registry at a time: whoever still holds the lock exclusively is an earlier claim that stands still.
  if (work.context.isResumed) await evictExclusiveHolders(work.context.run.registryId);
  return withRegistryLock(work.context.run.registryId, "exclusive", { signal: work.signal }, async (lock) => {
    try {
      return await collect({ ...work, signal: AbortSignal.any([work.signal, lock.lost]) });
    } catch (error) {
      work.signal.throwIfAborted();
      throw lost(lock) ?? error;
    }
  });
}

function lost(lock: RegistryLock): LeaseLost | null {
  if (!lock.lost.aborted) return null;
  const { reason } = lock.lost;
  return new LeaseLost(reason instanceof Error ? reason.message : "the lock was lost", { cause: reason });
}

async function collect(work: Work): Promise<RunOutcome> {
  const { context, storage, held, words, signal } = work;
  if (context.run.isDryRun) {
    await markStorage(work);
    return { status: "succeeded" };
  }
  const lease = await drainWriters(work);
  if (lease === null) {
    const minutes = Math.round(env().RECLAIM_WRITER_TIMEOUT_SECONDS / 60);
    return failed("writers_not_drained", `Uploads were still going on after ${minutes} minutes. Nothing was deleted.`);
  }
  held.isDrained = true;
  const { scan, found } = await markStorage(work);
  await journalCandidates(lease, scan, found, signal);
  await enter(context, "sweeping");
  const failure = await sweepJournal(context, storage, lease, words, signal);
  if (failure) return failure;
  await enter(context, "finishing");
  for (const digest of found.emptyBlobDirectories) {
    signal.throwIfAborted();
    await storage.removeEmptyBlob(digest);
  }
  const stillHeld = async () => {
    if (!(await holdsLease(lease))) throw new LeaseLost("another epoch began");
  };
  context.log("cleaned_up", { ...(await finishStorage(storage, { nowMs: Date.now(), signal, stillHeld })) });
  return { status: "succeeded" };
}

/** Takes the lease, and waits where writers may still be about; null where they would not end. */
async function drainWriters({ context, storage, held, signal }: Work): Promise<Lease | null> {
  const { run } = context;
  const entered = await enterReadOnly({ id: run.id, epoch: context.epoch, registryId: run.registryId });
  if (!entered) throw new RunStopped("fenced");
  held.lease = entered.lease;
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

async function markStorage({
  context,
  storage,
  options,
  words,
  signal,
}: Work): Promise<{ scan: StorageScan; found: FoundCandidates }> {
  const { run } = context;
  await enter(context, "marking");
  const scan = await scanStorage(storage, {
    cache: registryReferences(run.registryId, storage),
    withLinkTimes: false,
    signal,
    onProgress: ({ manifestsDone, manifestsTotal, blobsTotal }) => {
      const blobs = blobsTotal === null ? {} : { blobsTotal, blobsDone: blobsTotal };
      context.progress({ manifestsDone, ...(manifestsTotal === null ? {} : { manifestsTotal }), ...blobs });
    },
  });
  const policy = await markPolicy(run.registryId, options.deleteUntagged, run.workspaceId);
  const found = await findCandidates(storage, scan, policy, signal);
  const oddities = [...scan.oddities, ...found.mark.oddities];
  const numbers = candidateNumbers(found);
  context.progress(numbers);
  const manifestsDone = scan.graph.liveRevisions.size;
  context.totals({
    ...numbers,
    manifestsDone,
    manifestsTotal: manifestsDone,
    blobsTotal: scan.graph.storedBlobs.length,
    oddities: oddities.length,
  });
  logOddities(context, oddities, words.oddities(oddities, scan.graph));
  context.log("marked", { ...numbers, manifestsRead: scan.manifestsRead });
  return { scan, found };
}

function candidateNumbers({ candidates }: FoundCandidates): RunNumbers {
  const blobs = candidates.filter(({ kind }) => kind === "blob");
  return {
    candidateManifests: candidates.filter(({ kind }) => kind === "revision").length,
    candidateBlobs: blobs.length,
    candidateBytes: blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

function logOddities(context: RunContext, oddities: readonly Oddity[], own: readonly Oddity[]): void {
  if (oddities.length === 0) return;
  context.log("oddities", {
    text: `${oddities.length} oddities in the storage, kept as they are.`,
    ...countOddities(oddities),
  });
  for (const { kind, path, detail } of own.slice(0, ODDITIES_LOGGED_MAX))
    context.log("oddity", { text: `${path}: ${detail}`, kind, path });
}

/** Lets writers in again, then writes down what was really done. What fails here is seen to by the watchdog and the next crawl. */
async function letGo({ context, held }: Work, outcome: RunOutcome | null): Promise<void> {
  const { id, registryId } = context.run;
  if (held.lease === null) return;
  try {
    await leaveReadOnly(held.lease);
    context.log("read_only_ended", { text: "The registry accepts pushes again." });
    const totals = await journalTotals(id);
    if (totals) context.totals(totals);
    await context.flush();
    if (outcome?.status === "succeeded") await measureUnused(registryId, context.signal);
    await enqueueCrawl(registryId);
  } catch (error) {
    log.warn({ runId: id, error }, "after a collection");
  }
}

function enter(context: RunContext, phase: GcPhase): Promise<void> {
  return context.setPhase(phase);
}

function failed(code: string, message: string): RunOutcome {
  return { status: "failed", error: { code, message } };
}

function startTimeBox(startedAt: Date, minutes: number | null): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  if (minutes === null) return { signal: controller.signal, stop: () => {} };
  const left = startedAt.getTime() + minutes * 60_000 - Date.now();
  const timer = setTimeout(() => controller.abort(new TimeBoxReached("the time box was reached")), Math.max(0, left));
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}
