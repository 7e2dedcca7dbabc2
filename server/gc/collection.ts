import type { GcMode } from "@/domain/gc/gc-mode";
import type { GcPhase } from "@/domain/gc/phases";
import type { RunContext, RunOutcome } from "@/server/history/run-context";
import { evictExclusiveHolders, type RegistryLock, withRegistryLock } from "@/server/platform/db/registry-lock";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import type { RegistryRecord } from "@/server/registries/registry.store";
import type { Lease } from "./gc.store";
import type { GcOptions } from "./gc-options";
import { LeaseLost } from "./lease-lost";
import type { OwnWords } from "./own-words";

/** What one claim of a run holds: its present lease, and whether writers were drained under it or one right before it. */
type Held = { lease: Lease | null; isDrained: boolean };

/** One claim of a collection. `signal` also aborts when the time box is reached, and while a lock is held when that is lost. */
export interface Collection {
  context: RunContext;
  registry: RegistryRecord;
  storage: BlobStorage;
  options: GcOptions;
  held: Held;
  words: OwnWords;
  signal: AbortSignal;
}

/** One way to collect: `collect` is tried again where the lease is lost; `letGo` ends what it holds, whatever came of it. */
export interface CollectionMode {
  readonly mode: GcMode;
  collect(collection: Collection): Promise<RunOutcome>;
  /** `outcome` is null where the run was cancelled or failed otherwise; not called where another worker goes on with it. Never throws. */
  letGo(collection: Collection, outcome: RunOutcome | null): Promise<RunOutcome | null>;
}

export function enter(context: RunContext, phase: GcPhase): Promise<void> {
  return context.setPhase(phase);
}

export function failed(code: string, message: string): RunOutcome {
  return { status: "failed", error: { code, message } };
}

/**
 * Works under the exclusive lock of the registry: nothing of the console moves an image meanwhile. Enters the phase `waiting`
 * while it asks for it; null = stays in the one that it is in.
 * @throws LeaseLost where the lock is lost; the signal's reason where it is aborted
 */
export async function underLock<T>(
  collection: Collection,
  waiting: GcPhase | null,
  work: (collection: Collection) => Promise<T>,
): Promise<T> {
  const { context, signal } = collection;
  const entering = waiting === null ? context.requireClaim() : enter(context, waiting);
  // Whose run it is no more waits for no lock.
  const refused = new AbortController();
  entering.catch((error: unknown) => refused.abort(error));
  // One collection a registry at a time: whoever still holds the lock exclusively is an earlier claim that stands still.
  if (context.isResumed) {
    // Unless it is this one, which stood still and woke up.
    await entering;
    await evictExclusiveHolders(context.run.registryId);
  }
  const asking = AbortSignal.any([signal, refused.signal]);
  return withRegistryLock(context.run.registryId, "exclusive", { signal: asking }, async (lock) => {
    try {
      await entering;
      return await work({ ...collection, signal: AbortSignal.any([signal, lock.lost]) });
    } catch (error) {
      signal.throwIfAborted();
      throw lost(lock) ?? error;
    }
  });
}

function lost(lock: RegistryLock): LeaseLost | null {
  if (!lock.lost.aborted) return null;
  const { reason } = lock.lost;
  return new LeaseLost(reason instanceof Error ? reason.message : "the lock was lost", { cause: reason });
}
