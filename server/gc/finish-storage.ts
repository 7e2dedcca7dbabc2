import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { removeEntry, type StorageEntry } from "@/server/platform/storage/remove-entry";
import { removeInThreads } from "@/server/platform/storage/storage-in-threads";
import { ThreadGate } from "@/server/platform/storage/thread-gate";
import { TimeSlice } from "@/server/platform/storage/time-slice";
import type { FoundCandidates } from "./find-candidates";
import type { StorageScan } from "./scan-storage";

const ABANDONED_UPLOAD_MS = 7 * 24 * 3_600_000;
const EMPTY_PER_BATCH = 2_000;

/** What a mark saw of repositories, where nobody could push since. */
type SeenRepositories = {
  emptyRevisionDirectories: readonly { repository: string; digest: string }[];
  /** Those that have a revision still. */
  withRevisions: ReadonlySet<string>;
};

type FinishOptions = {
  nowMs: number;
  /** No one can push. */
  isBarred: boolean;
  /** Spares listing all revisions once more. */
  seen?: SeenRepositories;
  signal: AbortSignal;
  stillHeld: () => Promise<void>;
};

/** What is left of repositories once everything is removed that a mark found. */
export function seenRepositories(scan: StorageScan, { mark }: FoundCandidates): SeenRepositories {
  const withRevisions = new Set<string>();
  for (const { name, revisions } of scan.graph.repositories) {
    const all = revisions.slice(0, revisions.length);
    if (all.some((id) => mark.kept.has(id))) withRevisions.add(name);
  }
  return { emptyRevisionDirectories: scan.emptyRevisionDirectories, withRevisions };
}

/**
 * Takes away what a collection leaves behind and nothing needs: uploads that have not grown for a week and, only where `isBarred` says
 * that no one can push, directories of revisions without a link and repositories that hold nothing at all: a registry makes a directory
 * and the file in it in two steps. `stillHeld` is asked before each repository and throws where the lease is lost. Idempotent.
 */
export async function finishStorage(
  storage: BlobStorage,
  options: FinishOptions,
): Promise<{ removedRepositories: number; removedUploads: number }> {
  const { nowMs, signal, isBarred } = options;
  const finished = { removedRepositories: 0, removedUploads: 0 };
  const seen = isBarred ? options.seen : undefined;
  if (seen) await removeEmpty(storage, seen, options);
  const slice = new TimeSlice(signal);
  for (const repository of await storage.listRepositories({ signal, withUploadsOnly: true })) {
    if (slice.isOver) await slice.pause();
    const { hasRevisions, emptyDirectories } = await revisionsOf(storage, repository, options);
    const uploads = await storage.listUploads(repository, { signal });
    const abandoned = uploads.filter((upload) => upload.lastActivityAtMs < nowMs - ABANDONED_UPLOAD_MS);
    if (emptyDirectories.length === 0 && abandoned.length === 0 && (!isBarred || hasRevisions)) continue;
    await options.stillHeld();
    for (const digest of emptyDirectories) {
      signal.throwIfAborted();
      await storage.removeEmptyRevision(repository, digest);
    }
    for (const { id } of abandoned) if (await storage.deleteUpload(repository, id)) finished.removedUploads++;
    if (!isBarred || hasRevisions || uploads.length > abandoned.length) continue;
    if (await storage.removeRepositoryIfEmpty(repository)) finished.removedRepositories++;
  }
  return finished;
}

async function revisionsOf(
  storage: BlobStorage,
  repository: string,
  { isBarred, seen, signal }: FinishOptions,
): Promise<{ hasRevisions: boolean; emptyDirectories: readonly string[] }> {
  if (!isBarred) return { hasRevisions: false, emptyDirectories: [] };
  if (seen) return { hasRevisions: seen.withRevisions.has(repository), emptyDirectories: [] };
  const { revisions, emptyDirectories } = await storage.listRevisions(repository, { signal });
  return { hasRevisions: revisions.length > 0, emptyDirectories };
}

async function removeEmpty(
  storage: BlobStorage,
  { emptyRevisionDirectories }: SeenRepositories,
  { signal, stillHeld }: FinishOptions,
): Promise<void> {
  const gate = new ThreadGate();
  const close = () => gate.stop();
  signal.addEventListener("abort", close, { once: true });
  try {
    for (let start = 0; start < emptyRevisionDirectories.length; start += EMPTY_PER_BATCH) {
      signal.throwIfAborted();
      await stillHeld();
      const batch = emptyRevisionDirectories
        .slice(start, start + EMPTY_PER_BATCH)
        .map(({ repository, digest }): StorageEntry => {
          return { kind: "empty_revision", repositoryName: repository, tag: "", digest };
        });
      const removal = await removeInThreads(storage, batch, gate);
      if (removal === null) for (const entry of batch) await removeEntry(storage, entry);
      else if (removal.error !== null) throw removal.error;
      const failed = removal?.results.find((result) => result !== undefined && "failure" in result);
      if (failed && "failure" in failed) throw failed.failure;
    }
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", close);
  }
}
