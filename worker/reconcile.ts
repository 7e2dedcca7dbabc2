import { liftForgottenReadOnly } from "@/server/gc/lift-forgotten-read-only";
import { prunePreviews } from "@/server/history/prune-previews";
import { reconcileRuns } from "@/server/history/reconcile-runs";
import { reconcilePins } from "@/server/images/end-expired-pins";
import { measureStaleSizes } from "@/server/images/measure-stale-sizes";
import { reconcileCrawls } from "@/server/images/reconcile-crawls";
import { sampleSpaces } from "@/server/images/sample-spaces";
import { log } from "@/server/platform/log";
import { areReclaimsStopped } from "@/server/platform-settings/are-reclaims-stopped";
import { purgeDueEntries } from "@/server/recycle-bin/purge-due";
import { releaseStranded } from "@/server/recycle-bin/release-stranded";
import { verifyEntries } from "@/server/recycle-bin/verify-entries";
import { enqueueDueCrawls } from "@/server/registries/enqueue-due-crawls";
import { enqueuePendingEvents } from "@/server/registries/enqueue-pending-events";

/** While reclaims are stopped on the platform, nothing is destroyed because its time is up: somebody may be about to restore it. */
async function purgeUnlessStopped(): Promise<void> {
  if ((await areReclaimsStopped()) === null) await purgeDueEntries(new Date());
}

/** Rebuilds from PostgreSQL whatever Redis or a dead worker lost. One step that fails does not stop the others. */
export async function reconcile(shutdown: AbortSignal): Promise<void> {
  const steps: [string, () => Promise<unknown>][] = [
    ["runs", reconcileRuns],
    ["read-only", liftForgottenReadOnly],
    ["events", () => enqueuePendingEvents(new Date())],
    ["pins", reconcilePins],
    ["stranded", releaseStranded],
    ["purge", purgeUnlessStopped],
    ["due crawls", () => enqueueDueCrawls(new Date())],
    ["crawls", reconcileCrawls],
    ["sizes", () => measureStaleSizes(shutdown)],
    ["previews", () => prunePreviews(new Date(), shutdown)],
    ["bin checks", () => verifyEntries(new Date(), shutdown)],
    ["samples", () => sampleSpaces(new Date(), shutdown)],
  ];
  for (const [name, step] of steps) {
    if (shutdown.aborted) return;
    try {
      await step();
    } catch (error) {
      log.warn({ step: name, error }, "reconcile");
    }
  }
}
