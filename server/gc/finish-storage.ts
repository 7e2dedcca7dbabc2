import type { BlobStorage } from "@/server/platform/storage/blob-storage";

const ABANDONED_UPLOAD_MS = 7 * 24 * 3_600_000;

/**
 * Takes away what a collection leaves behind and nothing needs: uploads that have not grown for a week and, only where `isBarred` says
 * that no one can push, directories of revisions without a link and repositories that hold nothing at all: a registry makes a directory
 * and the file in it in two steps. `stillHeld` is asked before each repository and throws where the lease is lost. Idempotent.
 */
export async function finishStorage(
  storage: BlobStorage,
  options: { nowMs: number; isBarred: boolean; signal: AbortSignal; stillHeld: () => Promise<void> },
): Promise<{ removedRepositories: number; removedUploads: number }> {
  const { nowMs, signal, isBarred } = options;
  const finished = { removedRepositories: 0, removedUploads: 0 };
  for (const repository of await storage.listRepositories({ signal, withUploadsOnly: true })) {
    const { revisions, emptyDirectories } = isBarred
      ? await storage.listRevisions(repository, { signal })
      : { revisions: [], emptyDirectories: [] };
    const uploads = await storage.listUploads(repository, { signal });
    const abandoned = uploads.filter((upload) => upload.lastActivityAtMs < nowMs - ABANDONED_UPLOAD_MS);
    if (emptyDirectories.length === 0 && abandoned.length === 0 && (!isBarred || revisions.length > 0)) continue;
    await options.stillHeld();
    for (const digest of emptyDirectories) {
      signal.throwIfAborted();
      await storage.removeEmptyRevision(repository, digest);
    }
    for (const { id } of abandoned) if (await storage.deleteUpload(repository, id)) finished.removedUploads++;
    if (!isBarred || revisions.length > 0 || uploads.length > abandoned.length) continue;
    if (await storage.removeRepositoryIfEmpty(repository)) finished.removedRepositories++;
  }
  return finished;
}
