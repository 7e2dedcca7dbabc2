import type { RegistryRecord } from "./registry.store";

/**
 * Since when pulls of a space's images are known; null = they never were, so that an image without a pull may have had many. A registry
 * whose token server we are is set up to tell from the start, however long nobody has pulled; what it told before the space
 * was there, nobody kept.
 */
export function pullTrackingSince(space: {
  createdAt: Date;
  registry: Pick<RegistryRecord, "auth" | "createdAt" | "pullTrackingSince">;
}): Date | null {
  const { registry } = space;
  const since = registry.auth === "console" ? registry.createdAt : registry.pullTrackingSince;
  return since === null || since > space.createdAt ? since : space.createdAt;
}
