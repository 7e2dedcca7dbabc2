import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { pages } from "./candidate-pages";
import { forEachAtOnce } from "./for-each-at-once";
import { type SettledState, settleCandidates } from "./gc.store";

type Returned = { blobs: number; manifests: number };

/**
 * Puts back all that an online collection took and has not purged: blobs first, so that no manifest shows before its content, then links.
 * Safe at any moment and any number of times; nothing stops it but what storage refuses (StorageReadError, StorageWriteError). Answers how
 * many blobs and manifests came back now. That it is over, the caller writes down.
 */
export async function giveBack({ runId, storage }: { runId: string; storage: BlobStorage }): Promise<Returned> {
  const released = await releaseAll(storage, runId, null);
  await settleReleased(storage, runId, released);
  // What is pending may be removed already, and not written down yet.
  const manifests =
    (await restoreRevisions(storage, runId, "pending")) + (await restoreRevisions(storage, runId, "quarantined"));
  for await (const page of pages(runId, "tag_index", "quarantined")) {
    await forEachAtOnce(page, storage.concurrency.removals, ({ repositoryName, tag, digest }) =>
      storage.restoreTagHistoryEntry(repositoryName, tag, digest),
    );
    await settleCandidates(
      runId,
      "tag_index",
      page.map((candidate) => ({ ...candidate, state: "returned" })),
    );
  }
  return { blobs: released.size, manifests };
}

async function restoreRevisions(
  storage: BlobStorage,
  runId: string,
  state: "pending" | "quarantined",
): Promise<number> {
  let restored = 0;
  for await (const page of pages(runId, "revision", state)) {
    const back: typeof page = [];
    await forEachAtOnce(page, storage.concurrency.removals, async (candidate) => {
      const { repositoryName, digest } = candidate;
      if ((await storage.revisionWrittenAt(repositoryName, digest)) === null) {
        await storage.restoreRevision(repositoryName, digest);
        restored++;
      } else if (state === "pending") return;
      back.push(candidate);
    });
    if (back.length > 0)
      await settleCandidates(
        runId,
        "revision",
        back.map((candidate) => ({ ...candidate, state: "returned" })),
      );
  }
  return restored;
}

/** Puts back whatever lies in the quarantines of a run, but for one; answers the digests of what came back. */
export async function releaseAll(storage: BlobStorage, runId: string, except: string | null): Promise<Set<string>> {
  const released = new Set<string>();
  for (const key of await storage.listQuarantines()) {
    if (key === except || !(key === runId || key.startsWith(`${runId}.`))) continue;
    for (const digest of await releaseKey(storage, key)) released.add(digest);
  }
  return released;
}

/** Puts back whatever lies in one quarantine. */
export async function releaseKey(storage: BlobStorage, key: string): Promise<string[]> {
  const released: string[] = [];
  const blobs = await storage.listQuarantinedBlobs(key);
  await forEachAtOnce(blobs, storage.concurrency.removals, async ({ digest }) => {
    if ((await storage.releaseBlob(key, digest)) !== "missing") released.push(digest);
  });
  return released;
}

/** Writes down of quarantined blobs what became of them: those that are neither back nor in quarantine any more had been purged. */
export async function settleReleased(
  storage: BlobStorage,
  runId: string,
  released: ReadonlySet<string>,
): Promise<void> {
  for await (const page of pages(runId, "blob", "quarantined")) {
    const settled: { repositoryName: string; tag: string; digest: string; state: SettledState }[] = [];
    for (const candidate of page) {
      const isBack = released.has(candidate.digest) || (await storage.statBlob(candidate.digest)) !== null;
      settled.push({ ...candidate, state: isBack ? "returned" : "deleted" });
    }
    await settleCandidates(runId, "blob", settled);
  }
}
