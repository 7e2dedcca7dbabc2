import { isInPrefix } from "@/domain/access/registry-scope";
import { groupBy } from "@/lib/group-by";
import { log } from "@/server/platform/log";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import { type OpenRegistry, openRegistryById } from "@/server/registries/open-registry-by-id";
import { listUnprocessedEvents, type StoredEvent, settleEvents } from "@/server/registries/registry-events";
import { applyRegistryEvents, type PlacedEvent } from "./apply-registry-events";
import { crawlRepository } from "./crawl-repository";
import { readRegistryEvent } from "./registry-event";
import { listWatchedSpaces, type WatchedSpace } from "./registry-event.store";
import { apiReader, type RepositoryReader, storageReader } from "./repository-reader";

const BATCH = 1_000;
const REPOSITORIES_AT_ONCE = 4;
/** So long a notification waits for its repository to be readable again, so that its actor is not lost. */
const KEPT_WHILE_UNREADABLE_MS = 600_000;

/** Registries that this process works for, and whether it was asked again meanwhile. */
const underWay = new Map<string, { isAskedAgain: boolean }>();

/**
 * Works off the notifications of a registry: repositories that changed are read again (a notification is a hint, the registry is
 * the truth), then times, pulls and history are written, all of a batch in one transaction with the mark that it was processed:
 * each counts once, whoever works for the registry at the same time, and wherever this one is killed.
 * @returns how many were processed
 */
export async function processRegistryEvents(registryId: string, signal: AbortSignal): Promise<number> {
  const other = underWay.get(registryId);
  if (other) {
    other.isAskedAgain = true;
    return 0;
  }
  const mine = { isAskedAgain: false };
  underWay.set(registryId, mine);
  try {
    let done = 0;
    do {
      mine.isAskedAgain = false;
      done += await processPending(registryId, signal);
    } while (mine.isAskedAgain);
    return done;
  } finally {
    underWay.delete(registryId);
  }
}

async function processPending(registryId: string, signal: AbortSignal): Promise<number> {
  const open = await openRegistryById(registryId);
  if (!open) return 0;
  const reader = open.storage ? storageReader(open.storage) : apiReader(open.adapter, Date.now);
  let done = 0;
  let after: StoredEvent | null = null;
  for (;;) {
    signal.throwIfAborted();
    const pending = await listUnprocessedEvents(registryId, BATCH, after);
    const last = pending.at(-1);
    if (last === undefined) return done;
    after = last;
    done += await processBatch(open, reader, pending, signal);
  }
}

async function processBatch(
  open: OpenRegistry,
  reader: RepositoryReader,
  pending: readonly StoredEvent[],
  signal: AbortSignal,
): Promise<number> {
  const registryId = open.registry.id;
  const spaces = await listWatchedSpaces(registryId);
  const placed = pending.flatMap((stored) => place(stored, spaces, open.registry.auth === "console"));
  const unreadable = await readChanged(registryId, reader, placed, signal);
  const isTooEarly = ({ event, receivedAt }: PlacedEvent) =>
    unreadable.has(event.repository) && Date.now() - receivedAt.getTime() < KEPT_WHILE_UNREADABLE_MS;
  const waiting = new Set(placed.filter(isTooEarly).map((one) => one.id));
  const ready = pending.filter((stored) => !waiting.has(stored.id)).map((stored) => stored.id);
  return settleEvents(registryId, ready, async (tx, claimed) => {
    const counting = placed.filter((one) => claimed.has(one.id));
    await applyRegistryEvents(tx, open.registry, counting);
  });
}

function place(stored: StoredEvent, spaces: readonly WatchedSpace[], isConsoleAuth: boolean): PlacedEvent[] {
  const { id, receivedAt } = stored;
  const event = readRegistryEvent(stored.payload, { receivedAt, isConsoleAuth });
  const space = event && spaces.find((candidate) => isInPrefix(event.repository, candidate.prefix));
  return event && space ? [{ id, receivedAt, event, space }] : [];
}

/** Reads the repositories again in which something came or went, and answers those that could not be read. */
async function readChanged(
  registryId: string,
  reader: RepositoryReader,
  placed: readonly PlacedEvent[],
  signal: AbortSignal,
): Promise<Set<string>> {
  const changed = groupBy(
    placed.filter(({ event }) => event.action !== "pull"),
    ({ event }) => event.repository,
  );
  const unreadable = new Set<string>();
  await forEachLimited([...changed], REPOSITORIES_AT_ONCE, async ([name, told]) => {
    signal.throwIfAborted();
    const space = told[0]?.space;
    if (!space) return;
    const named = (key: "tag" | "digest") => [...new Set(told.flatMap(({ event }) => event[key] ?? []))];
    try {
      const check = { share: 0, tags: named("tag"), digests: named("digest") };
      await crawlRepository(registryId, space, name, reader, signal, { check });
    } catch (error) {
      signal.throwIfAborted();
      unreadable.add(name);
      const message = error instanceof Error ? error.message : String(error);
      log.warn({ registryId, repository: name, message }, "a repository could not be read");
    }
  });
  return unreadable;
}
