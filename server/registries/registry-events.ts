import { listPendingEvents, listRegistriesWithPendingEvents, markEventsProcessed } from "./registry.store";

/** Notifications that nobody has worked off, oldest first. */
export function listUnprocessedEvents(registryId: string, limit: number): Promise<{ id: string; payload: unknown }[]> {
  return listPendingEvents(registryId, limit);
}

/** Notifications that were worked off; their ids stay, so that a repetition is known. */
export function settleEvents(registryId: string, ids: readonly string[]): Promise<void> {
  return markEventsProcessed(registryId, ids);
}

/** Registries with notifications to work off, whatever became of the jobs for them. */
export function listWaitingRegistries(): Promise<string[]> {
  return listRegistriesWithPendingEvents();
}
