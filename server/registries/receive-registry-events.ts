import { z } from "zod";
import { enqueue } from "@/server/platform/queue/enqueue";
import { findConsoleRegistry, findRegistryById, insertEvents } from "./registry.store";

const envelopeSchema = z.object({
  events: z.array(z.looseObject({ id: z.string().min(1).max(200), action: z.string() })).max(1000),
});

const WANTED = new Set(["push", "pull", "delete"]);

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
    events.map((event) => ({ id: event.id, payload: event })),
  );
  await enqueue(
    "registry-events",
    { registryId: registry.id },
    { jobId: `events-${registry.id}-${Math.floor(Date.now() / 1000)}` },
  );
}
