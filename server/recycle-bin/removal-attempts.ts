import type { RunContext } from "@/server/history/run-context";
import type { RunItemRecord } from "@/server/history/run-journal";
import { RegistryError } from "@/server/platform/registry/registry-error";
import type { RecyclingEntry } from "./bin-move.store";
import { type Move, reach } from "./move";

/** By run: entries whose image was asked to be deleted, without a definite answer: the registry may do it yet. */
const unanswered = new WeakMap<RunContext, Set<string>>();

/** Deletes an image at its source, and remembers where nobody knows what became of it. @throws RegistryError, and the signal's reason */
export async function attemptRemoval(move: Move, item: RunItemRecord, entry: RecyclingEntry): Promise<void> {
  const asked = unanswered.get(move.context) ?? new Set();
  unanswered.set(move.context, asked);
  move.signal.throwIfAborted();
  asked.add(entry.id);
  try {
    await reach(move, item, "delete-top");
    await move.adapter.deleteManifest(entry.repositoryName, entry.digest);
    asked.delete(entry.id);
  } catch (error) {
    // The registry said no, so that it stays.
    if (error instanceof RegistryError && !error.retryable) asked.delete(entry.id);
    throw error;
  }
}

/**
 * Whether an image that is all there may be on its way out all the same: a deletion that was not answered, or a recorded tag of what was
 * noted to go that is not there any more. Its copy is the only safe one then.
 */
export async function mayBeLeaving(move: Move, entry: RecyclingEntry): Promise<boolean> {
  if (unanswered.get(move.context)?.has(entry.id)) return true;
  const begun = new Set(entry.manifests.filter((part) => part.isRemovedAtSource).map((part) => part.digest));
  for (const { name, digest } of entry.tags) {
    if (begun.has(digest) && (await move.sight.tagTarget(entry.repositoryName, name)) !== digest) return true;
  }
  return false;
}
