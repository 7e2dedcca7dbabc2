import { z } from "zod";
import { isInPrefix, SYSTEM_SUBJECT } from "@/domain/access/registry-scope";
import { isManifestMediaType } from "@/domain/images/parse-manifest";
import { log } from "@/server/platform/log";
import { OWN_USER_AGENT } from "@/server/platform/registry/http-transport";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { listUnprocessedEvents, settleEvents } from "@/server/registries/registry-events";
import { crawlRepository } from "./crawl-repository";
import { listSpacesOfRegistry, writePullTimes, writePushTimes } from "./inventory.store";
import { apiReader, storageReader } from "./repository-reader";

const BATCH = 500;

const eventSchema = z.object({
  action: z.string(),
  timestamp: z.string(),
  target: z.object({
    mediaType: z.string().optional(),
    digest: z.string().optional(),
    repository: z.string(),
    tag: z.string().optional(),
  }),
  request: z.object({ method: z.string().optional(), useragent: z.string().optional() }).optional(),
  actor: z.object({ name: z.string().optional() }).optional(),
});
type RegistryEvent = z.infer<typeof eventSchema>;

/**
 * Works off the notifications of a registry: repositories that changed are read again (a notification is a hint, the
 * registry is the truth), then push and pull times are set. Our own moves and HEAD requests count for nothing.
 */
export async function processRegistryEvents(registryId: string, signal: AbortSignal): Promise<number> {
  const open = await openRegistryById(registryId);
  if (!open) return 0;
  const reader = open.storage ? storageReader(open.storage) : apiReader(open.adapter, Date.now);
  const spaces = await listSpacesOfRegistry(registryId);
  let done = 0;
  for (;;) {
    signal.throwIfAborted();
    const pending = await listUnprocessedEvents(registryId, BATCH);
    if (pending.length === 0) return done;
    const events = pending.flatMap(({ payload }) => readEvent(payload));
    for (const name of changedRepositories(events)) {
      const space = spaces.find((candidate) => isInPrefix(name, candidate.prefix));
      if (!space) continue;
      try {
        await crawlRepository(registryId, space, name, reader, signal);
      } catch (error) {
        signal.throwIfAborted();
        log.warn(
          { registryId, repository: name, message: error instanceof Error ? error.message : String(error) },
          "a repository could not be read",
        );
      }
    }
    const outside = events.filter((event) => !isOwn(event) && isManifest(event));
    await writePushTimes(registryId, outside.filter((event) => event.action === "push").flatMap(pushOf));
    await writePullTimes(
      registryId,
      outside.filter((event) => event.action === "pull" && event.request?.method === "GET").flatMap(pushOf),
    );
    await settleEvents(
      registryId,
      pending.map((event) => event.id),
    );
    done += pending.length;
  }
}

function readEvent(payload: unknown): RegistryEvent[] {
  const parsed = eventSchema.safeParse(payload);
  return parsed.success && !Number.isNaN(new Date(parsed.data.timestamp).getTime()) ? [parsed.data] : [];
}

/** On registries with accounts of their own we have no name of ours; there our user agent tells. */
function isOwn(event: RegistryEvent): boolean {
  return event.actor?.name === SYSTEM_SUBJECT || event.request?.useragent === OWN_USER_AGENT;
}

function isManifest(event: RegistryEvent): boolean {
  return isManifestMediaType(event.target.mediaType ?? "");
}

/** Repositories in which something came or went by a hand other than ours: our own moves write the inventory themselves. */
function changedRepositories(events: readonly RegistryEvent[]): Set<string> {
  const changed = events.filter(
    (event) => !isOwn(event) && (event.action === "delete" || (event.action === "push" && isManifest(event))),
  );
  return new Set(changed.map((event) => event.target.repository));
}

function pushOf(event: RegistryEvent): { repository: string; digest: string; tag: string | null; at: string }[] {
  const { repository, digest, tag } = event.target;
  return digest ? [{ repository, digest, tag: tag ?? null, at: new Date(event.timestamp).toISOString() }] : [];
}
