import { z } from "zod";
import { storableJson, storableText } from "@/lib/storable";
import { enqueue } from "@/server/platform/queue/enqueue";
import { findConsoleRegistry, findRegistryById, insertEvents } from "./registry.store";

const envelopeSchema = z.object({
  events: z.array(z.looseObject({ id: z.string().min(1).max(200), action: z.string() })).max(1000),
});

const WANTED = new Set(["push", "pull", "delete"]);

/** What is read of a notification later. The rest, lists of layers among it, is as long and as odd as what somebody pushed. */
const KEPT = {
  target: ["mediaType", "digest", "repository", "tag"],
  request: ["method", "useragent"],
  actor: ["name"],
} as const;

function keptOf(event: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = { action: event.action, timestamp: event.timestamp };
  for (const [part, names] of Object.entries(KEPT)) {
    const from = event[part];
    if (typeof from !== "object" || from === null) continue;
    kept[part] = Object.fromEntries(
      Object.entries(from).filter(([name]) => (names as readonly string[]).includes(name)),
    );
  }
  return JSON.parse(storableJson(kept)) as Record<string, unknown>;
}

/**
 * Takes a notification: stores what is new and leaves the work to the worker, because a registry repeats what is not
 * answered at once and holds everything behind it back. What cannot be read is dropped: notifications are hints.
 */
export async function receiveRegistryEvents(registryId: string | null, body: unknown): Promise<void> {
  const registry = registryId ? await findRegistryById(registryId) : await findConsoleRegistry();
  const parsed = envelopeSchema.safeParse(body);
  if (!registry || !parsed.success) return;
  const events = parsed.data.events.filter((event) => WANTED.has(event.action));
  if (events.length === 0) return;
  await insertEvents(
    registry.id,
    events.map((event) => ({ id: storableText(event.id), payload: keptOf(event) })),
  );
  await enqueue(
    "registry-events",
    { registryId: registry.id },
    { jobId: `events-${registry.id}-${Math.floor(Date.now() / 1000)}` },
  );
}
