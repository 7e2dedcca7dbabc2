import { AppError } from "@/server/platform/app-error";
import type { Transaction } from "@/server/platform/db/prisma";
import { findOpenQuarantine } from "./attachment.store";
import { openStorage } from "./open-storage";
import type { RegistryRecord } from "./registry.store";

/**
 * Asks, under the registry's row lock, that no collection still holds something of it in quarantine: once the console forgets where the
 * storage is, nobody puts that back or frees it. `isReached`: where the storage is gone, there is nothing left to wait for. `wanted`: what is
 * to be done instead, in words.
 * @throws AppError conflict, with what to do and until when
 */
export async function requireNothingKept(
  tx: Transaction,
  registry: RegistryRecord,
  { isReached, wanted, now }: { isReached: boolean; wanted: string; now: Date },
): Promise<void> {
  const held = isReached ? await findOpenQuarantine(tx, registry.id) : null;
  if (held === null) return;
  const { runId, state, purgeAfter } = held;
  if (state === "kept" && purgeAfter !== null && purgeAfter > now) {
    const until = `${purgeAfter.toISOString().slice(0, 16).replace("T", " ")} UTC`;
    throw new AppError(
      "conflict",
      `Garbage collection ${runId} keeps what it took from this registry until ${until}, so that it can be undone. Undo it on its page in History, or ${wanted} after that.`,
    );
  }
  const isPurged = state === "kept" || state === "purging";
  throw new AppError(
    "conflict",
    `What garbage collection ${runId} took from this registry is being ${isPurged ? "purged" : "put back"}. Wait a few minutes, then ${wanted}.`,
  );
}

/** Whether the console still finds something of a registry where its storage should be. */
export async function reachesStorage(registry: RegistryRecord): Promise<boolean> {
  try {
    const storage = await openStorage(registry);
    if (storage === null) return false;
    return (await storage.listBlobShards()).length > 0 || (await storage.listQuarantines()).length > 0;
  } catch {
    return false;
  }
}
