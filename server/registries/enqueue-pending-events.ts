import { enqueue } from "@/server/platform/queue/enqueue";
import { listWaitingRegistries } from "./registry-events";

/** Has notifications worked off whose job Redis lost. */
export async function enqueuePendingEvents(): Promise<void> {
  for (const registryId of await listWaitingRegistries()) {
    await enqueue("registry-events", { registryId }, { jobId: `events-${registryId}-reconcile` });
  }
}
