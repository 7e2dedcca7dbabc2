import { enqueue } from "@/server/platform/queue/enqueue";
import { deleteOldEvents } from "./registry-event.store";
import { listWaitingRegistries } from "./registry-events";

/** A registry repeats what it takes for lost within minutes. */
const REMEMBERED_MS = 2 * 86_400_000;

/** Has notifications worked off whose job Redis lost, and forgets the ids of those from long ago. */
export async function enqueuePendingEvents(now: Date): Promise<void> {
  await deleteOldEvents(new Date(now.getTime() - REMEMBERED_MS));
  for (const registryId of await listWaitingRegistries()) {
    await enqueue("registry-events", { registryId }, { jobId: `events-${registryId}-reconcile` });
  }
}
