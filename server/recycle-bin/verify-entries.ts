import { groupBy } from "@/lib/group-by";
import { log } from "@/server/platform/log";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import type { MissingContent, RawManifest, RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { type EntryToCheck, listEntriesToCheck, postponeChecks, writeChecks } from "./bin-check.store";

/** So many entries a round at most: a round is every few seconds, and the registry has other things to do. */
const BATCH = 100;
const PARALLEL = 4;
/** Each entry is read back at least so often. */
const AGAIN_AFTER_DAYS = 7;
const POSTPONE_MINUTES = 15;

/**
 * For the worker's clock: reads entries of recycle bins back from their registries, those whose check is longest due first, and notes what
 * is missing of each. Somebody else's collection may have taken it (`--delete-untagged`), or a disk. Answers how many were read. Where a
 * registry does not answer nothing is noted: unknown is not missing.
 */
export async function verifyEntries(now: Date, shutdown: AbortSignal): Promise<number> {
  const due = await listEntriesToCheck(now, BATCH);
  let read = 0;
  for (const [registryId, entries] of groupBy(due, (entry) => entry.registryId)) {
    if (shutdown.aborted) break;
    try {
      const open = await openRegistryById(registryId);
      if (open === null) throw new Error("the registry was removed");
      const found = await verifyAll(open.adapter, entries, shutdown);
      await writeChecks(found, AGAIN_AFTER_DAYS);
      read += found.length;
    } catch (error) {
      if (shutdown.aborted) break;
      log.info({ registryId, error }, "entries of the recycle bin could not be read back");
      await postponeChecks(
        entries.map((entry) => entry.id),
        POSTPONE_MINUTES,
      );
    }
  }
  return read;
}

async function verifyAll(
  adapter: RegistryAdapter,
  entries: readonly EntryToCheck[],
  signal: AbortSignal,
): Promise<{ entryId: string; missing: MissingContent[] }[]> {
  const found: { entryId: string; missing: MissingContent[] }[] = [];
  await forEachLimited(
    entries,
    PARALLEL,
    async (entry) => {
      found.push({ entryId: entry.id, missing: await missingOf(adapter, entry, signal) });
    },
    signal,
  );
  return found;
}

async function missingOf(
  adapter: RegistryAdapter,
  { binRepositoryName: repository, digests }: EntryToCheck,
  signal: AbortSignal,
): Promise<MissingContent[]> {
  const manifests: RawManifest[] = [];
  const missing: MissingContent[] = [];
  for (const digest of digests) {
    const raw = await adapter.getManifest(repository, digest, signal);
    if (raw === null) missing.push({ kind: "manifest", digest, reason: "the registry does not have it any more" });
    else manifests.push(raw);
  }
  return [...missing, ...(await adapter.verify({ repository, manifests, signal }))];
}
