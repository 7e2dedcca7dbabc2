import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { RemovalTooLate } from "@/server/platform/storage/s3-removals";
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

/** What came back, by digest: since when storage has it where it was by our doing; null where somebody had brought it again meanwhile. */
export type Released = ReadonlyMap<string, number | null>;

/** Puts back whatever lies in the quarantines of a run, but for one. */
export async function releaseAll(storage: BlobStorage, runId: string, except: string | null): Promise<Released> {
  const released = new Map<string, number | null>();
  for (const key of await storage.listQuarantines()) {
    if (key === except || !(key === runId || key.startsWith(`${runId}.`))) continue;
    for (const [digest, writtenAtMs] of await releaseKey(storage, key)) released.set(digest, writtenAtMs);
  }
  return released;
}

/** Puts back whatever lies in one quarantine. */
export async function releaseKey(storage: BlobStorage, key: string): Promise<Released> {
  const released = new Map<string, number | null>();
  const blobs = await storage.listQuarantinedBlobs(key);
  // Fewer than what is removed at once: a store copies each of them, and what waits for long has to be asked for again.
  await forEachAtOnce(blobs, storage.concurrency.reads, async ({ digest }) => {
    const end = await release(storage, key, digest);
    if (end === "missing") return;
    released.set(digest, end === "returned" ? ((await storage.statBlob(digest))?.modifiedAtMs ?? null) : null);
  });
  return released;
}

/** What is put back is never in anybody's way, however late: a store that took its time to copy is asked again, to drop what is left. */
async function release(storage: BlobStorage, key: string, digest: string): Promise<"returned" | "dropped" | "missing"> {
  for (let wasCopied = false; ; wasCopied = true) {
    try {
      const end = await storage.releaseBlob(key, digest);
      return wasCopied && end === "dropped" ? "returned" : end;
    } catch (error) {
      if (!(error instanceof RemovalTooLate)) throw error;
    }
  }
}

/** Writes down of quarantined blobs what became of them: those that are neither back nor in quarantine any more had been purged. */
export async function settleReleased(storage: BlobStorage, runId: string, released: Released): Promise<void> {
  for await (const page of pages(runId, "blob", "quarantined")) {
    const settled: { repositoryName: string; tag: string; digest: string; state: SettledState }[] = [];
    await forEachAtOnce(page, storage.concurrency.reads, async (candidate) => {
      const isBack = released.has(candidate.digest) || (await storage.statBlob(candidate.digest)) !== null;
      settled.push({ ...candidate, state: isBack ? "returned" : "deleted" });
    });
    await settleCandidates(runId, "blob", settled);
  }
}
