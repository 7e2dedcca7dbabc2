import { isInPrefix } from "@/domain/access/registry-scope";
import { log } from "@/server/platform/log";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { crawlRepository } from "./crawl-repository";
import { clearGoneRepositories, listSpacesOfRegistry, markCrawled, readDatabaseTime } from "./inventory.store";
import { apiReader, storageReader } from "./repository-reader";

/**
 * Reads a registry into the inventory of every space on it: from its storage where the console reaches it (which also
 * shows untagged manifests), else over its API. A repository that cannot be read keeps what is known of it.
 */
export async function crawlRegistry(
  registryId: string,
  signal: AbortSignal,
): Promise<{ repositories: number; failed: number }> {
  const open = await openRegistryById(registryId);
  if (!open) return { repositories: 0, failed: 0 };
  const reader = open.storage ? storageReader(open.storage) : apiReader(open.adapter, Date.now);
  const spaces = await listSpacesOfRegistry(registryId);
  const listedAt = await readDatabaseTime();
  const names = await reader.listRepositories(signal);
  let repositories = 0;
  let failed = 0;
  for (const name of names) {
    signal.throwIfAborted();
    const space = spaces.find((candidate) => isInPrefix(name, candidate.prefix));
    if (!space) continue;
    try {
      await crawlRepository(registryId, space, name, reader, signal);
      repositories++;
    } catch (error) {
      signal.throwIfAborted();
      failed++;
      log.warn(
        { registryId, repository: name, message: error instanceof Error ? error.message : String(error) },
        "a repository could not be read",
      );
    }
  }
  await clearGoneRepositories(
    registryId,
    spaces.map((space) => space.id),
    names,
    listedAt,
  );
  await markCrawled(registryId);
  return { repositories, failed };
}
