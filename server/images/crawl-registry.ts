import { isInPrefix } from "@/domain/access/registry-scope";
import { log } from "@/server/platform/log";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import { type OpenRegistry, openRegistryById } from "@/server/registries/open-registry-by-id";
import { RegistryLooksEmpty } from "./assert-holds";
import { crawlFailure } from "./crawl-failure";
import { crawlRepository } from "./crawl-repository";
import { type CrawledSpace, listSpacesOfRegistry, markCrawled } from "./inventory.store";
import { apiReader, type RepositoryReader, storageReader } from "./repository-reader";
import type { CheckRequest } from "./repository-reading";
import { countReferences, listHeldRepositories } from "./snapshot.store";

/** Repositories at a time: the database works on one while the next is read; over the API they also share connections. */
const LANES = { storage: 2, api: 4 } as const;
/** Of the tags that are known, and of manifests without one, a routine crawl over the API asks for this share, but for so many at least. */
const CHECKED_SHARE = 1 / 16;
const CHECKED_MIN = 100;

interface RegistryCrawlProgress {
  repositoriesTotal: number;
  repositoriesDone: number;
  repositoriesFailed: number;
  manifestsRead: number;
  /** Everything up to this one, by name, was read. */
  lastRepository: string | null;
}

export interface RegistryCrawlOptions {
  /** Only this space. */
  spaceId?: string | null;
  /** Over the API: ask for everything, not for a share of what is known. Default true. */
  isThorough?: boolean;
  /** How far an earlier attempt came: it goes on after that. */
  resume?: Omit<RegistryCrawlProgress, "repositoriesTotal" | "repositoriesDone">;
  onProgress?: (progress: RegistryCrawlProgress) => void;
  /** Also of a repository that was read but for some of its manifests. */
  onFailure?: (repository: string, message: string) => void;
}

/**
 * Reads a registry into the inventory of every space on it, repository by repository in the order of their names: from its storage
 * where the console reaches it (which also shows untagged manifests), else over its API. A repository that cannot be read keeps
 * what is known of it; one that the listing leaves out is asked for itself before it counts as gone.
 * @throws when the registry cannot be listed, answers nothing any more, or has nothing of what is known of it
 */
export async function crawlRegistry(
  registryId: string,
  signal: AbortSignal,
  options: RegistryCrawlOptions = {},
): Promise<{ repositories: number; failed: number }> {
  const open = await openRegistryById(registryId);
  if (!open) return { repositories: 0, failed: 0 };
  const reader = readerOf(open);
  const allSpaces = await listSpacesOfRegistry(registryId);
  const spaces = options.spaceId ? allSpaces.filter((space) => space.id === options.spaceId) : allSpaces;
  const work = await listWork(registryId, spaces, reader, signal);
  const check = await checkRequest(registryId, spaces, options.isThorough ?? true);
  const progress = startProgress(
    work.map(({ name }) => name),
    options,
  );
  let repositories = 0;
  let failed = 0;

  const readOne = async ({ name, space }: RepositoryWork): Promise<void> => {
    signal.throwIfAborted();
    try {
      const { manifestsRead, problem } = await crawlRepository(registryId, space, name, reader, signal, { check });
      repositories++;
      if (problem !== null) {
        log.warn({ registryId, repository: name, problem }, "a repository was not read whole");
        options.onFailure?.(name, problem);
      }
      progress.done(name, { manifestsRead, isFailed: false });
    } catch (error) {
      signal.throwIfAborted();
      // Nothing is left of it, as it seems: the others would say the same.
      if (error instanceof RegistryLooksEmpty) throw error;
      log.warn({ registryId, repository: name, error }, "a repository could not be read");
      // Nothing can be read any more: no use in going through all the others.
      await reader.assertReachable();
      failed++;
      options.onFailure?.(name, crawlFailure(error));
      progress.done(name, { manifestsRead: 0, isFailed: true });
    }
  };
  await forEachLimited(work.slice(progress.skipped), LANES[reader.source], readOne, signal);
  if (spaces.length === allSpaces.length) await markCrawled(registryId);
  return { repositories, failed };
}

/** From storage where the console reaches it, else over the API. */
function readerOf(open: OpenRegistry): RepositoryReader {
  return open.storage ? storageReader(open.storage) : apiReader(open.adapter, Date.now);
}

type RepositoryWork = { name: string; space: CrawledSpace };

/** What the registry lists, and what the inventory holds though the listing leaves it out. */
async function listWork(
  registryId: string,
  spaces: readonly CrawledSpace[],
  reader: RepositoryReader,
  signal: AbortSignal,
): Promise<RepositoryWork[]> {
  const listed = await reader.listRepositories(signal);
  const held = await listHeldRepositories(
    registryId,
    spaces.map((space) => space.id),
  );
  if (listed.length === 0 && held.length > 0) {
    await reader.assertHolds(registryId, { name: "", digests: [] }, signal);
    // What an API does not list may be there all the same; a storage shows all it has.
    if (reader.source === "storage") {
      throw new RegistryLooksEmpty("the storage can be read, but has none of the repositories that were in it");
    }
  }
  return [...new Set([...listed, ...held])].sort().flatMap((name) => {
    const space = spaces.find((candidate) => isInPrefix(name, candidate.prefix));
    return space ? [{ name, space }] : [];
  });
}

async function checkRequest(
  registryId: string,
  spaces: readonly CrawledSpace[],
  isThorough: boolean,
): Promise<CheckRequest> {
  if (isThorough) return "all";
  const references = await countReferences(
    registryId,
    spaces.map((space) => space.id),
  );
  return { share: Math.min(1, Math.max(CHECKED_SHARE, CHECKED_MIN / Math.max(1, references))) };
}

/** Counts, and knows up to where everything was read although repositories end out of order. */
function startProgress(names: readonly string[], { resume, onProgress }: RegistryCrawlOptions) {
  const after = resume?.lastRepository ?? null;
  const skipped = after === null ? 0 : names.filter((name) => name <= after).length;
  const ended = new Set<string>();
  let frontier = skipped;
  const state: RegistryCrawlProgress = {
    repositoriesTotal: names.length,
    repositoriesDone: skipped,
    repositoriesFailed: resume?.repositoriesFailed ?? 0,
    manifestsRead: resume?.manifestsRead ?? 0,
    lastRepository: after,
  };
  onProgress?.({ ...state });
  return {
    skipped,
    done(name: string, { manifestsRead, isFailed }: { manifestsRead: number; isFailed: boolean }) {
      ended.add(name);
      for (let next = names[frontier]; next !== undefined && ended.delete(next); next = names[++frontier]) {
        state.lastRepository = next;
      }
      state.repositoriesDone++;
      state.manifestsRead += manifestsRead;
      if (isFailed) state.repositoriesFailed++;
      onProgress?.({ ...state });
    },
  };
}
