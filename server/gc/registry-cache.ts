import { Redis } from "ioredis";
import { RECYCLE_BIN_PREFIX } from "@/domain/access/registry-scope";
import { isDatabaseLost } from "@/server/platform/db/is-database-lost";
import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import { probeBlobCache } from "@/server/platform/registry/probe-blob-cache";
import { RegistryError } from "@/server/platform/registry/registry-error";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { authorizerOf } from "@/server/registries/open-registry";
import type { RegistryRecord } from "@/server/registries/registry.store";
import { addressPolicyOf, isInstalledRegistry } from "@/server/registries/registry-connection";
import { pages } from "./candidate-pages";
import { type BlobCache, saveBlobCache } from "./gc.store";

/** A place of the system's own: no tenant may push there. */
const PROBED_REPOSITORY = `${RECYCLE_BIN_PREFIX}/cache-probe`;
const REDIS_TIMEOUT_MS = 5_000;

/** Why a registry that remembers gone blobs is not collected: its words are shown to whoever started it. */
export const REMEMBERS_IN_MEMORY =
  "The registry remembers blobs that are gone (storage.cache.blobdescriptor): after a collection it would take pushes for granted whose blobs are missing. Switch that cache off (REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR=none) and restart the registry, or tell the console where it is (REGISTRY_CACHE_REDIS_URL) where it is a redis. Nothing was deleted.";

/** The registry takes, or may take, pushes for granted whose blobs are gone. */
export class RegistryCacheError extends Error {
  override readonly name = "RegistryCacheError";
}

/**
 * Whether a registry remembers blobs that are gone, and where: tried each time, since its settings may have changed. What cannot be tried
 * is as it was last.
 * @throws RegistryCacheError where the console may not try it and never did; StorageWriteError
 */
export async function detectBlobCache(registry: RegistryRecord, storage: BlobStorage): Promise<BlobCache> {
  const cache = await probe(registry, storage);
  if (cache === null) return registry.blobCache as BlobCache;
  if (cache !== registry.blobCache) await saveBlobCache(registry.id, cache);
  return cache;
}

async function probe(registry: RegistryRecord, storage: BlobStorage): Promise<BlobCache | null> {
  const found = probeBlobCache<BlobCache>(
    { url: registry.url, authorizer: await authorizerOf(registry), addressPolicy: addressPolicyOf(registry) },
    PROBED_REPOSITORY,
    storage,
    async (digest) => {
      const forgotten = await withCache(registry, (redis) => redis.del(`blobs::${digest}`));
      return forgotten === 1 ? "redis" : "memory";
    },
  );
  return found.catch((error: unknown) => {
    if (!(error instanceof RegistryError)) throw error;
    if (registry.blobCache !== "unknown") return null;
    throw new RegistryCacheError(
      `Whether the registry remembers blobs that are gone (storage.cache.blobdescriptor) could not be tried, because it takes no push to ${PROBED_REPOSITORY} from the console: ${error.message}. Nothing was deleted.`,
      { cause: error },
    );
  });
}

/**
 * Has a registry's redis forget what a run took away (see facts of the cache: a blob's entry is enough, those of repositories are
 * tidiness). Twice: a question in between may have been answered from before.
 * @throws RegistryCacheError where it is away
 */
export async function forgetInCache(
  registry: RegistryRecord,
  runId: string,
  state: "quarantined" | "deleted",
): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await withCache(registry, async (redis) => {
      for await (const page of pages(runId, "blob", state))
        await redis.del(...page.map(({ digest }) => `blobs::${digest}`));
      for (const kind of ["revision", "layer_link"] as const) {
        for await (const page of pages(runId, kind, state)) {
          const pipeline = redis.pipeline();
          for (const { repositoryName, digest } of page) {
            pipeline.srem(`repository::${repositoryName}::blobs`, digest);
            pipeline.del(`repository::${repositoryName}::blobs::${digest}`);
          }
          await pipeline.exec();
        }
      }
    });
  }
}

/** Null where nobody said where the registry's cache is. */
async function withCache<T>(registry: RegistryRecord, work: (redis: Redis) => Promise<T>): Promise<T | null> {
  const { REGISTRY_CACHE_REDIS_URL: url } = env();
  if (url === undefined || !isInstalledRegistry(registry)) return null;
  const redis = new Redis(url, { maxRetriesPerRequest: 1, connectTimeout: REDIS_TIMEOUT_MS, lazyConnect: true });
  redis.on("error", (error) => log.warn({ message: error.message }, "the registry's cache"));
  try {
    await redis.connect();
    return await work(redis);
  } catch (error) {
    if (isDatabaseLost(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RegistryCacheError(
      `The registry's cache (REGISTRY_CACHE_REDIS_URL) could not be cleared: ${reason}. Until it is, or the registry runs without it, pushes may be accepted whose blobs are gone. Run the collection again.`,
      { cause: error },
    );
  } finally {
    redis.disconnect();
  }
}
