import { estimateCollection } from "./estimate-collection";
import { findReadOnlyCollection } from "./gc.store";

const MINUTE_MS = 60_000;
const timeOf = (date: Date) => `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;

/**
 * What somebody reads whose push is refused (docker and skopeo print it): which collection of which registry it is, and about when to try
 * again. It says nothing of who started it: that may be another workspace.
 */
export async function readOnlyMessage(registryId: string, now: Date): Promise<string> {
  const collection = await findReadOnlyCollection(registryId);
  if (!collection) return "garbage collection of this registry has just ended: try again.";
  const { runId, registryName, since, startedAt, timeBoxMinutes } = collection;
  const began = `garbage collection ${runId} of ${registryName} has kept it read-only since ${timeOf(since)}`;
  const ends: number[] = [];
  const estimate = await estimateCollection(registryId);
  if (estimate) ends.push(startedAt.getTime() + estimate.seconds * 1_000);
  if (timeBoxMinutes !== null) ends.push(startedAt.getTime() + timeBoxMinutes * MINUTE_MS);
  const end = ends.length > 0 ? new Date(Math.ceil(Math.min(...ends) / MINUTE_MS) * MINUTE_MS) : null;
  const until =
    end === null
      ? "until it ends; try again in a few minutes"
      : end > now
        ? `until it ends, at about ${timeOf(end)}`
        : "until it ends, which takes longer than usual; try again in a few minutes";
  return `${began}: pushes are refused ${until}. Pulls work.`;
}
