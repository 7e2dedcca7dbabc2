import type { BlobStorage } from "./blob-storage";

/** One thing to remove from a registry's storage. `repositoryName` is empty for blobs, `tag` for all but tag index entries. */
export type StorageEntry = {
  kind: "revision" | "tag_index" | "blob" | "layer_link" | "empty_revision" | "empty_blob";
  repositoryName: string;
  tag: string;
  digest: string;
};

/** `was_gone`: somebody else had removed it. `kept`: a layer link whose blob came back. */
export type EntryOutcome = "removed" | "was_gone" | "kept";

/** Removes one entry. @throws StorageWriteError */
export async function removeEntry(storage: BlobStorage, entry: StorageEntry): Promise<EntryOutcome> {
  const { kind, digest } = entry;
  // Where asking is a request for each of many links, it is left at what the lease says: nobody could push meanwhile.
  const isAskedFirst = kind === "layer_link" && storage.concurrency.reads === 1;
  if (isAskedFirst && (await storage.statBlob(digest)) !== null) return "kept";
  const removed = await remove(storage, entry);
  return removed ? "removed" : "was_gone";
}

function remove(storage: BlobStorage, { kind, repositoryName, tag, digest }: StorageEntry): Promise<boolean> {
  switch (kind) {
    case "revision":
      return storage.deleteRevision(repositoryName, digest);
    case "tag_index":
      return storage.deleteTagHistoryEntry(repositoryName, tag, digest);
    case "blob":
      return storage.deleteBlob(digest);
    case "layer_link":
      return storage.deleteLayerLink(repositoryName, digest);
    case "empty_revision":
      return storage.removeEmptyRevision(repositoryName, digest);
    case "empty_blob":
      return storage.removeEmptyBlob(digest);
  }
}
