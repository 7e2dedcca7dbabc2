import { releaseStrandedEntries } from "./bin-run.store";

/** For the reconciler: gives back entries that no run has any more. Destroys nothing, and so goes on while reclaims are stopped. */
export function releaseStranded(): Promise<void> {
  return releaseStrandedEntries();
}
