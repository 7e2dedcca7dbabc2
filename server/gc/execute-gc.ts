import { isStillDrained } from "@/domain/gc/phases";
import { type RunContext, type RunOutcome, RunStopped } from "@/server/history/run-context";
import { giveBackMemory } from "@/server/platform/give-back-memory";
import { StorageReadError, StorageWriteError } from "@/server/platform/storage/blob-storage";
import { RemovalTooLate } from "@/server/platform/storage/s3-removals";
import { endIdleThreads } from "@/server/platform/storage/storage-threads";
import { collectionModes } from "@/server/registries/collection-modes";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import type { RegistryRecord } from "@/server/registries/registry.store";
import { registryCapabilities } from "@/server/registries/registry-capabilities";
import { onlineCollection } from "./collect-online";
import { readOnlyCollection } from "./collect-read-only";
import { type Collection, type CollectionMode, failed, underLock } from "./collection";
import type { Lease } from "./gc.store";
import { gcOptionsOf } from "./gc-options";
import { LeaseLost } from "./lease-lost";
import { graceCutoffMs } from "./mark-policy";
import { markStorage } from "./mark-storage";
import { ownWords } from "./own-words";
import { detectBlobCache, REMEMBERS_IN_MEMORY, RegistryCacheError } from "./registry-cache";
import { SelfCheckFailed } from "./self-check";
import { tellPhysicalRelease } from "./tell-physical-release";

class TimeBoxReached extends Error {
  override readonly name = "TimeBoxReached";
}

/** How often a collection begins anew after losing its lock or epoch, before it says so. */
const ATTEMPTS_MAX = 5;

/**
 * Collects a registry in the mode that its run was started with (see `readOnlyCollection`, `onlineCollection`). Whatever ends it, what it
 * holds is let go, except where another worker is to go on with it. A dry run marks under the lock only.
 */
export async function executeGc(context: RunContext): Promise<RunOutcome> {
  const { run } = context;
  const [open, words] = await Promise.all([
    openRegistryById(run.registryId),
    ownWords(run.registryId, run.workspaceId),
  ]);
  if (!open?.storage)
    return failed("storage_unreachable", "The console cannot reach this registry's storage any more.");
  const { registry, storage } = open;
  const options = gcOptionsOf(run);
  const mode = options.mode === "online" ? onlineCollection : readOnlyCollection;
  const refusal = refusalOf(registry, mode);
  // What an earlier claim holds has to be let go all the same, so it is asked before anything is begun only.
  if (refusal !== null && !context.isResumed) return failed("not_possible", refusal);
  const timeBox = startTimeBox(run.startedAt ?? new Date(), options.timeBoxMinutes);
  const signal = AbortSignal.any([context.signal, timeBox.signal]);
  const held = { lease: leaseOfBefore(context, registry), isDrained: isStillDrained(run, registry) };
  const collection: Collection = { context, registry, storage, options, held, words, signal };
  try {
    const outcome = await attemptUntilHeld(collection, mode, refusal).catch((error: unknown): RunOutcome => {
      if (error instanceof TimeBoxReached) return { status: "time_boxed" };
      throw error;
    });
    const ended = (await mode.letGo(collection, outcome)) ?? outcome;
    if (!run.isDryRun && ended.status !== "failed") await tellPhysicalRelease(collection);
    return ended;
  } catch (error) {
    // Another worker goes on with the run: it finds what it holds as it was.
    if (!isHandedOn(error, context.signal)) await mode.letGo(collection, null);
    throw error;
  } finally {
    timeBox.stop();
    letGoOfMemory();
  }
}

/** From so much outside the heap on a collection was large: small ones follow each other with warm threads. */
const LARGE_BYTES = 24 * 1024 * 1024;

/** The largest thing that a worker does is over, and the next of its kind may be about to begin. */
function letGoOfMemory(): void {
  if (process.memoryUsage().arrayBuffers < LARGE_BYTES) return;
  endIdleThreads();
  giveBackMemory();
}

function refusalOf(registry: RegistryRecord, { mode }: CollectionMode): string | null {
  for (const { isAvailable, reason } of [
    registryCapabilities(registry).garbageCollection,
    collectionModes(registry)[mode],
  ])
    if (!isAvailable) return reason ?? "This registry cannot be collected.";
  return null;
}

/** What an earlier claim left, so that a run that ends before it takes its own lease ends read-only mode all the same. */
function leaseOfBefore({ run, epoch }: RunContext, registry: RegistryRecord): Lease | null {
  if (registry.readOnlyRunId !== run.id) return null;
  return {
    ...{ registryId: run.registryId, gcEpoch: registry.gcEpoch, runId: run.id, runEpoch: epoch },
    mode: "read_only",
  };
}

function isHandedOn(error: unknown, signal: AbortSignal): boolean {
  const stopped = error instanceof RunStopped ? error : signal.reason;
  return stopped instanceof RunStopped && stopped.reason !== "cancelled";
}

async function attemptUntilHeld(
  collection: Collection,
  mode: CollectionMode,
  refusal: string | null,
): Promise<RunOutcome> {
  const { context, registry, storage, signal, words } = collection;
  if (refusal !== null) return failed("not_possible", refusal);
  for (let attempt = 1; ; attempt++) {
    try {
      signal.throwIfAborted();
      // Asked before anything is held: one that is gone on with was asked when it began.
      if (!context.run.isDryRun && !context.isResumed && attempt === 1) {
        const cache = await detectBlobCache(registry, storage);
        if (cache === "memory") return failed("registry_cache", REMEMBERS_IN_MEMORY);
      }
      return context.run.isDryRun ? await dryRun(collection, mode) : await mode.collect(collection);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof StorageReadError) {
        const reason = "Nothing more is deleted, because what cannot be read could be needed.";
        return failed("storage_unreadable", `${words.failure(error)}. ${reason}`);
      }
      if (error instanceof StorageWriteError) return failed("storage_not_writable", words.failure(error));
      if (error instanceof SelfCheckFailed) return failed("self_check_failed", error.message);
      if (error instanceof RegistryCacheError) return failed("registry_cache", error.message);
      // A process that stood still for so long may have lost what it holds.
      if (!(error instanceof LeaseLost || error instanceof RemovalTooLate)) throw error;
      if (attempt >= ATTEMPTS_MAX)
        return failed("lock_lost", `The lock was lost ${ATTEMPTS_MAX} times: ${error.message}`);
      context.log("lock_lost", {
        text: `The lock on the registry was lost (${error.message}): everything is marked again.`,
      });
    }
  }
}

async function dryRun(whole: Collection, { mode }: CollectionMode): Promise<RunOutcome> {
  return underLock(whole, "waiting_for_lock", async (collection) => {
    await markStorage(collection, mode === "online" ? graceCutoffMs(collection.context.run.frozenNow) : null);
    return { status: "succeeded" };
  });
}

function startTimeBox(startedAt: Date, minutes: number | null): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  if (minutes === null) return { signal: controller.signal, stop: () => {} };
  const left = startedAt.getTime() + minutes * 60_000 - Date.now();
  const timer = setTimeout(() => controller.abort(new TimeBoxReached("the time box was reached")), Math.max(0, left));
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}
