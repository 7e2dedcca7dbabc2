import { hasDigest } from "@/server/platform/crypto/has-digest";
import type { RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";

const MANIFEST_BYTES_MAX = 8 * 1024 * 1024;

interface ListedRepository {
  revisions: { digest: string; pushedAtMs: number }[];
  tags: { name: string; digest: string }[];
}

type ReadBody = { mediaType: string; body: Uint8Array } | { missing: string };

/** How the crawl sees a repository: through the storage, which hides nothing, or through the registry's API. */
export interface RepositoryReader {
  readonly source: "storage" | "api";
  listRepositories(signal: AbortSignal): Promise<string[]>;
  list(repository: string, signal: AbortSignal): Promise<ListedRepository>;
  readManifest(repository: string, digest: string): Promise<ReadBody>;
  readConfig(digest: string): Promise<Uint8Array | null>;
}

/** Reads the storage. A tag whose link cannot be understood counts for nothing here; marking treats it on its own terms. */
export function storageReader(storage: BlobStorage): RepositoryReader {
  const read = async (digest: string): Promise<Uint8Array | null> => {
    const blob = await storage.readBlob(digest, { maxBytes: MANIFEST_BYTES_MAX });
    return blob.state === "read" ? blob.body : null;
  };
  return {
    source: "storage",
    listRepositories: (signal) => storage.listRepositories({ signal }),
    async list(repository, signal) {
      const { revisions } = await storage.listRevisions(repository, { signal });
      const tags = await storage.listTags(repository, { signal });
      return {
        revisions: revisions.map(({ digest, modifiedAtMs }) => ({ digest, pushedAtMs: modifiedAtMs })),
        tags: tags.flatMap(({ name, target }) => (target ? [{ name, digest: target }] : [])),
      };
    },
    async readManifest(_repository, digest) {
      const body = await read(digest);
      if (!body) return { missing: "its bytes are missing from the storage, or too large for a manifest" };
      // What is kept of a manifest is believed for ever, by marking too: a body that was damaged must not be taken for it.
      return hasDigest(body, digest)
        ? { mediaType: "", body }
        : { missing: "its bytes in the storage do not have its digest" };
    },
    readConfig: read,
  };
}

/** Reads over the API: tags, and what they lead to. Untagged manifests stay unseen. */
export function apiReader(adapter: RegistryAdapter, now: () => number): RepositoryReader {
  return {
    source: "api",
    async listRepositories(signal) {
      const names: string[] = [];
      for await (const name of adapter.listRepositories({ signal })) names.push(name);
      return names;
    },
    async list(repository, signal) {
      const tags: ListedRepository["tags"] = [];
      for (const name of await adapter.listTags(repository, signal)) {
        signal.throwIfAborted();
        const resolved = await adapter.resolve(repository, name);
        if (resolved) tags.push({ name, digest: resolved.digest });
      }
      const digests = new Set(tags.map((tag) => tag.digest));
      return { revisions: [...digests].map((digest) => ({ digest, pushedAtMs: now() })), tags };
    },
    async readManifest(repository, digest) {
      const manifest = await adapter.getManifest(repository, digest);
      return manifest
        ? { mediaType: manifest.mediaType, body: manifest.body }
        : { missing: "the registry does not have it" };
    },
    readConfig: () => Promise.resolve(null),
  };
}
