import { groupBy } from "@/lib/group-by";
import { systemScope } from "@/server/platform/auth/workspace-scope";
import { measureBins } from "@/server/recycle-bin/measure-bins";
import { measureUntagged } from "./measure-untagged";
import { type DueSpace, listDueSpaces, type MeasuredSpace, thinSamples, writeSamples } from "./space-sample.store";
import { measureSpaceStored } from "./space-storage.store";

const BATCH = 100;
const HOUR_MS = 3_600_000;
const HOURLY_MS = 14 * 24 * HOUR_MS;

/**
 * Writes down what each space holds: once an hour, and again in the hour's row soon after its inventory changed or a run ended. What is
 * heavy is only measured when the inventory changed. Safe to run twice at once. For the worker's clock.
 * @returns how many spaces were sampled
 */
export async function sampleSpaces(now: Date, signal: AbortSignal): Promise<number> {
  const hour = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS);
  let sampled = 0;
  for (let after = ""; ; ) {
    const due = await listDueSpaces(hour, now, after, BATCH);
    const measured = await measureAll(due, signal);
    if (measured.length > 0) {
      await writeSamples(hour, now, measured);
      const ids = due.filter((one) => one.isNewHour).map((one) => one.spaceId);
      if (ids.length > 0) await thinSamples(ids, new Date(now.getTime() - HOURLY_MS));
    }
    sampled += measured.length;
    after = due.at(-1)?.spaceId ?? "";
    if (due.length < BATCH || signal.aborted) return sampled;
  }
}

async function measureAll(due: readonly DueSpace[], signal: AbortSignal): Promise<MeasuredSpace[]> {
  const bins = new Map<string, number>();
  for (const [workspaceId, spaces] of groupBy(due, (one) => one.workspaceId)) {
    const scope = systemScope(workspaceId, { name: "storage samples" });
    const ids = spaces.map((one) => one.spaceId);
    for (const [spaceId, bytes] of await measureBins(scope, ids)) bins.set(spaceId, bytes);
  }
  const measured: MeasuredSpace[] = [];
  for (const { spaceId, registryId, revision, storedBytes, untaggedBytes } of due) {
    if (signal.aborted) break;
    // The revision was read before what is measured here: a change in between only means that it is measured again.
    measured.push({
      ...{ spaceId, revision, binBytes: bins.get(spaceId) ?? 0 },
      storedBytes: storedBytes ?? (await measureSpaceStored(spaceId)),
      untaggedBytes: untaggedBytes ?? (await measureUntagged({ id: spaceId, registryId })),
    });
  }
  return measured;
}
