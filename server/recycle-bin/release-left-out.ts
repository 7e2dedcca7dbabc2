import { releaseLeftOutEntries } from "./bin-run.store";

/** Entries of items that a stopped run did not begin are as they were before it. */
export function releaseLeftOut(runId: string): Promise<void> {
  return releaseLeftOutEntries(runId);
}
