import type { BlobStorage } from "./blob-storage";

/** One thing to remove from a registry's storage. `repositoryName` is empty for blobs, `tag` for all but tag index entries. */
export type StorageEntry = {
  kind: "revision" | "tag_index" | "blob" | "layer_link";
  repositoryName: string;
  tag: string;
  digest: string;
};

/** `was_gone`: somebody else had removed it. `kept`: a layer link whose blob came back. */
export type EntryOutcome = "removed" | "was_gone" | "kept";

/** Removes one entry. @throws StorageWriteError */
export async function removeEntry(storage: BlobStorage, entry: StorageEntry): Promise<EntryOutcome> {
  const { kind, repositoryName, tag, digest } = entry;
  if (kind === "layer_link" && (await storage.statBlob(digest)) !== null) return "kept";
  const removed = await {
    revision: () => storage.deleteRevision(repositoryName, digest),
    tag_index: () => storage.deleteTagHistoryEntry(repositoryName, tag, digest),
    blob: () => storage.deleteBlob(digest),
    layer_link: () => storage.deleteLayerLink(repositoryName, digest),
  }[kind]();
  return removed ? "removed" : "was_gone";
}
