import type { RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import { type BlobStorage, StorageReadError } from "@/server/platform/storage/blob-storage";
import { assertHolds } from "./assert-holds";
import { readFromStorage } from "./read-from-storage";
import { readOverApi } from "./read-over-api";
import type { ReadRequest, RepositoryReading } from "./repository-reading";

/** How the crawl sees a repository: through the storage, which hides nothing, or through the registry's API. */
export interface RepositoryReader {
  readonly source: "storage" | "api";
  /** All of them; throws where the listing is not complete. */
  listRepositories(signal: AbortSignal): Promise<string[]>;
  /** Reads a repository and keeps what its manifests say. Throws where it is not sure; never takes a failure for absence. */
  read(request: ReadRequest): Promise<RepositoryReading>;
  /** Throws where the registry as a whole cannot be read: what was not found is then not gone. */
  assertReachable(): Promise<void>;
  /**
   * Throws where nothing proves that the registry still holds anything that is known of it. `own`: digests of a repository that are
   * thought to be there.
   */
  assertHolds(
    registryId: string,
    own: { name: string; digests: readonly string[] },
    signal: AbortSignal,
  ): Promise<void>;
}

/** Reads the storage. A tag whose link cannot be understood stays where it was known to point. */
export function storageReader(storage: BlobStorage): RepositoryReader {
  const assertReachable = async () => {
    if ((await storage.listBlobShards()).length > 0) return;
    throw new StorageReadError("the storage", { cause: new Error("it holds no blobs: is it mounted?") });
  };
  return {
    source: "storage",
    listRepositories: (signal) => storage.listRepositories({ signal }),
    read: (request) => readFromStorage(storage, request),
    assertReachable,
    assertHolds: assertReachable,
  };
}

/** Reads over the API: tags, and what they lead to. Untagged manifests are seen only where something told of them. */
export function apiReader(adapter: RegistryAdapter, now: () => number): RepositoryReader {
  return {
    source: "api",
    async listRepositories(signal) {
      const names: string[] = [];
      for await (const name of adapter.listRepositories({ signal })) names.push(name);
      return names;
    },
    read: (request) => readOverApi(adapter, request, now),
    assertReachable: () => adapter.ping(),
    assertHolds: (registryId, own, signal) => assertHolds(adapter, registryId, own, signal),
  };
}
