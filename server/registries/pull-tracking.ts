import type { RegistryRecord } from "./registry.store";

/**
 * Since when a registry tells of pulls; null = it never did, so that an image without a pull may have had many. A registry whose
 * token server we are is set up to tell from the start, however long nobody has pulled.
 */
export function pullTrackingSince(
  registry: Pick<RegistryRecord, "auth" | "createdAt" | "pullTrackingSince">,
): Date | null {
  return registry.auth === "console" ? registry.createdAt : registry.pullTrackingSince;
}
