import { ConfirmationNeeded, type RunContext } from "@/server/history/run-context";
import { countItems } from "@/server/history/run-journal";
import { hasUnseenPolicy } from "@/server/lifecycle/has-unseen-policy";
import { requireSpace } from "@/server/spaces/require-space";
import { countTags } from "./reclaim.store";
import { isByHand, reclaimOptions } from "./reclaim-options";

const DAY_MS = 86_400_000;
/** So long somebody may think about it: what a plan says of a week ago is looked at again image by image, and no longer waited for. */
const CONFIRM_WITHIN_MS = 7 * DAY_MS;

/**
 * The fuse of runs by rules, after the plan is written and before anything moves: one that would take more of the space's images, or of its
 * tags, than its setting allows stops here until somebody confirms it, and so does the first of a lifecycle policy that nobody has seen.
 * Images that only lose a tag count by their tags alone; what a limit leaves for other runs counts too: it only splits what the rules
 * would take. What somebody chose by hand they have seen.
 * @throws ConfirmationNeeded
 */
export async function requireConfirmation(context: RunContext, now = new Date()): Promise<void> {
  const { run, scope } = context;
  const options = reclaimOptions(run.options);
  if (run.confirmedAt !== null || isByHand(options)) return;
  const space = await requireSpace(scope, run.spaceId);
  const rows = await countItems(run.id);
  const going = rows.filter((row) => row.action === "recycle" && ["planned", "left_out"].includes(row.state));
  const images = sum(going, "count");
  const imagesTotal = sum(rows, "count");
  const { tags, tagsTotal } = await countTags(run.id);
  if (images + tags === 0) return;
  const limitPercent = space.confirmSharePercent;
  const isAbove = (part: number, all: number) => part * 100 > limitPercent * all;
  const reason = isAbove(images, imagesTotal)
    ? "images"
    : isAbove(tags, tagsTotal)
      ? "tags"
      : (await hasUnseenPolicy(run, options.rules))
        ? "first_run"
        : null;
  if (reason === null) return;
  const [part, all] = reason === "tags" ? [tags, tagsTotal] : [images, imagesTotal];
  // Whoever resumes the run goes on from its plan.
  await context.setPhase("confirming");
  throw new ConfirmationNeeded({
    ...{ reason, images, imagesTotal, tags, tagsTotal, limitPercent },
    sharePercent: Math.round((part / all) * 1000) / 10,
    logicalBytes: sum(going, "sizeBytes"),
    askedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + CONFIRM_WITHIN_MS).toISOString(),
  });
}

function sum<K extends "count" | "sizeBytes">(rows: readonly Record<K, number>[], key: K): number {
  return rows.reduce((total, row) => total + row[key], 0);
}
