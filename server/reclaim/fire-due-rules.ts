import { prisma } from "@/server/platform/db/prisma";
import { log } from "@/server/platform/log";
import { listDueFirings, listDueSpaces } from "@/server/rules/due-firings";
import { FiringTaken, recordFirings } from "@/server/rules/record-firings";
import { startFiredRun } from "./start-fired-run";

/**
 * For every worker's clock: starts what schedules have due at `now`, one run a space of all its rules that are due, and records what was
 * skipped or missed and why. PostgreSQL alone decides: workers that look at once, or again after a crash, start nothing twice. Answers how
 * many runs were started.
 */
export async function fireDueRules(now: Date): Promise<number> {
  let started = 0;
  for (const space of await listDueSpaces(now)) {
    try {
      if (await fireSpace(space, now)) started++;
    } catch (error) {
      // Another worker was first; or this space is tried again at the next look, and must not keep the others waiting.
      if (!(error instanceof FiringTaken)) log.error({ spaceId: space.spaceId, error }, "schedules could not be fired");
    }
  }
  return started;
}

async function fireSpace(
  space: { workspaceId: string; spaceId: string; registryId: string },
  now: Date,
): Promise<boolean> {
  const firings = await listDueFirings(space.spaceId, now);
  const ready = firings.filter(({ times, refusal }) => times.fireFor !== null && refusal === null);
  let skipped = "";
  if (ready.length > 0) {
    const rules = ready.map(({ rule }) => rule);
    const result = await startFiredRun({ ...space, trigger: "schedule", rules }, (tx, runId) =>
      recordFirings(tx, firings, now, { runId }),
    );
    if ("runId" in result) return true;
    skipped = result.skipped;
  }
  await prisma().$transaction((tx) => recordFirings(tx, firings, now, { skipped }));
  return false;
}
