import { z } from "zod";
import { SYSTEM_SUBJECT } from "@/domain/access/registry-scope";
import { storableJson, storableText } from "@/lib/storable";
import { enqueue } from "@/server/platform/queue/enqueue";
import { OWN_USER_AGENT } from "@/server/platform/registry/http-transport";
import { findConsoleRegistry, findRegistryById } from "./registry.store";
import { insertEvents, writeTrackingSince } from "./registry-event.store";

const envelopeSchema = z.object({
  events: z.array(z.looseObject({ id: z.string().min(1).max(200), action: z.string() })).max(1000),
});

const WANTED = new Set(["push", "pull", "delete"]);
const BLOB_MEDIA_TYPE = "application/octet-stream";
const TEXT_MAX = 512;
const ENQUEUE_MS = 200;

/** What is read of a notification later. The rest, lists of layers among it, is as long and as odd as what somebody pushed. */
const KEPT = {
  target: ["mediaType", "digest", "repository", "tag"],
  request: ["method", "useragent"],
  actor: ["name"],
} as const;

type Kept = Record<string, unknown> & { [part in keyof typeof KEPT]?: Record<string, unknown> };

function keptOf(event: Record<string, unknown>): Kept {
  const kept: Record<string, unknown> = { action: event.action, timestamp: cut(event.timestamp) };
  for (const [part, names] of Object.entries(KEPT)) {
    const from = event[part];
    if (typeof from !== "object" || from === null) continue;
    kept[part] = Object.fromEntries(
      Object.entries(from)
        .filter(([name, value]) => (names as readonly string[]).includes(name) && typeof value !== "object")
        .map(([name, value]) => [name, cut(value)]),
    );
  }
  return JSON.parse(storableJson(kept)) as Kept;
}

function cut(value: unknown): unknown {
  return typeof value === "string" ? value.slice(0, TEXT_MAX) : value;
}

/** Whether it can mean anything: our own reading of a registry makes it tell us of each of our requests. */
function isTelling({ action, target, request, actor }: Kept, isConsoleAuth: boolean): boolean {
  if (target?.mediaType === BLOB_MEDIA_TYPE) return false;
  if (action === "pull" && request?.method !== "GET") return false;
  return actor?.name !== SYSTEM_SUBJECT && (isConsoleAuth || request?.useragent !== OWN_USER_AGENT);
}

/**
 * Takes notifications, of version 1 (2.8) and 2 (3.x) alike: stores what is new and leaves the work to the worker, because a
 * registry repeats what is not answered at once and holds everything behind it back. What cannot be read is dropped:
 * notifications are hints. The first one says since when the registry tells of pulls.
 */
export async function receiveRegistryEvents(registryId: string | null, body: unknown): Promise<void> {
  const registry = registryId ? await findRegistryById(registryId) : await findConsoleRegistry();
  const parsed = envelopeSchema.safeParse(body);
  if (!registry || !parsed.success) return;
  if (registry.pullTrackingSince === null && parsed.data.events.length > 0) await writeTrackingSince(registry.id);
  const isConsoleAuth = registry.auth === "console";
  const events = parsed.data.events
    .filter((event) => WANTED.has(event.action))
    .map((event) => ({ id: storableText(event.id), payload: keptOf(event) }))
    .filter(({ payload }) => isTelling(payload, isConsoleAuth));
  if (events.length === 0) return;
  await insertEvents(registry.id, events);
  // One that waits will find these, one under way may have looked already: then another follows it at once.
  await atMost(
    ENQUEUE_MS,
    enqueue("registry-events", { registryId: registry.id }, { mergeId: `events-${registry.id}` }),
  );
}

/** A Redis that hangs must not hold the registry back: what was stored is found without it. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
