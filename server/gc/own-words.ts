import { isInPrefix, RECYCLE_BIN_PREFIX } from "@/domain/access/registry-scope";
import type { Oddity } from "@/domain/gc/oddity";
import type { ReferenceGraph } from "@/domain/gc/reference-graph";
import { type StorageReadError, StorageWriteError } from "@/server/platform/storage/blob-storage";
import { listRegistrySpaces } from "./gc.store";

const REPOSITORY = /(?:^|\/)repositories\/(.+?)(?:\/_|$)/;

/** What a run may say of a registry that other workspaces are on too. */
export interface OwnWords {
  /** The oddities in this workspace's own repositories. */
  oddities(all: readonly Oddity[], graph: ReferenceGraph): Oddity[];
  /** What could not be read or removed, and why, without the names of others. */
  failure(error: StorageReadError | StorageWriteError): string;
}

/** A collection sees the whole registry; its log is read by one workspace, which must not learn the names of another's images from it. */
export async function ownWords(registryId: string, workspaceId: string): Promise<OwnWords> {
  const spaces = await listRegistrySpaces(registryId);
  if (spaces.every((space) => space.workspaceId === workspaceId)) {
    return { oddities: (all) => [...all], failure: (error) => error.message };
  }
  const own = spaces.filter((space) => space.workspaceId === workspaceId);
  const isOwn = (repository: string) =>
    own.some(
      ({ id, prefix }) =>
        isInPrefix(repository, prefix) || isInPrefix(repository, `${RECYCLE_BIN_PREFIX}/${id.toLowerCase()}`),
    );
  return {
    oddities(all, graph) {
      const digests = new Set<string>();
      for (const { name, revisions } of graph.repositories) {
        if (!isOwn(name)) continue;
        for (let i = 0; i < revisions.length; i++) digests.add(graph.digests.digestOf(revisions.at(i)));
      }
      return all.filter(({ path }) => {
        const repository = REPOSITORY.exec(path)?.[1];
        return repository === undefined ? digests.has(path) : isOwn(repository);
      });
    },
    failure(error) {
      const repository = REPOSITORY.exec(error.path)?.[1];
      if (repository === undefined || isOwn(repository)) return error.message;
      const verb = error instanceof StorageWriteError ? error.verb : "read";
      return `cannot ${verb} something in a repository of another workspace`;
    },
  };
}
