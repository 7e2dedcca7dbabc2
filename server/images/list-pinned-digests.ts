import { awaitPinsBeingMade, listPinnedDigestRows } from "./pin.store";

/**
 * Digests that a pin holds now, in any space of a registry: roots of every collection of it. A collection asks once its run's phase says that
 * it marks: pins that were begun before are waited for, and later ones are refused (requireNoMarking).
 */
export async function listPinnedDigests(registryId: string): Promise<string[]> {
  await awaitPinsBeingMade(registryId);
  return listPinnedDigestRows(registryId);
}
