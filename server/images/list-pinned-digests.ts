import { listPinnedDigestRows } from "./pin.store";

/** Digests that a pin holds now, in any space of a registry: roots of every collection of it. */
export function listPinnedDigests(registryId: string): Promise<string[]> {
  return listPinnedDigestRows(registryId);
}
