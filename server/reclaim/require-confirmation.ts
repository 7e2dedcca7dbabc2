import { ConfirmationNeeded, type RunContext } from "@/server/history/run-context";
import { countItems } from "@/server/history/run-journal";
import { requireSpace } from "@/server/spaces/require-space";
import { isByHand, reclaimOptions } from "./reclaim-options";

const DAY_MS = 86_400_000;
/** So long somebody may think about it: what a plan says of a week ago is looked at again image by image, and no longer waited for. */
const CONFIRM_WITHIN_MS = 7 * DAY_MS;

/**
 * The fuse of runs by rules, after the plan is written and before anything moves: one that would take more of the space's images than
 * its setting allows stops here until somebody confirms it. Untagged ones stay, so only images that move count. What somebody chose by
 * hand they have seen.
 * @throws ConfirmationNeeded
 */
export async function requireConfirmation(context: RunContext, now = new Date()): Promise<void> {
  const { run, scope } = context;
  if (run.confirmedAt !== null || isByHand(reclaimOptions(run.options))) return;
  const space = await requireSpace(scope, run.spaceId);
  const rows = await countItems(run.id);
  const going = rows.filter((row) => row.action === "recycle" && row.state === "planned");
  const images = sum(going, "count");
  const imagesTotal = sum(rows, "count");
  const limitPercent = space.confirmSharePercent;
  if (images * 100 <= limitPercent * imagesTotal) return;
  // Whoever resumes the run goes on from its plan.
  await context.setPhase("confirming");
  throw new ConfirmationNeeded({
    ...{ images, imagesTotal, limitPercent },
    sharePercent: Math.round((images / imagesTotal) * 1000) / 10,
    logicalBytes: sum(going, "sizeBytes"),
    askedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + CONFIRM_WITHIN_MS).toISOString(),
  });
}

function sum<K extends "count" | "sizeBytes">(rows: readonly Record<K, number>[], key: K): number {
  return rows.reduce((total, row) => total + row[key], 0);
}
