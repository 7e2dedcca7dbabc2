import { nextCronRuns } from "@/lib/cron";
import { createRun } from "@/server/history/create-run";
import { AppError } from "@/server/platform/app-error";
import { systemScope } from "@/server/platform/auth/workspace-scope";
import { prisma, type Transaction } from "@/server/platform/db/prisma";
import { log } from "@/server/platform/log";
import { areReclaimsStopped } from "@/server/platform-settings/are-reclaims-stopped";
import { findRegistry } from "@/server/registries/find-registry";
import { type DueTimes, dueTimesOf } from "@/server/rules/due-times";
import { FiringTaken } from "@/server/rules/record-firings";
import { gcOptionsOf } from "./gc-options";
import { listOwnSpaces } from "./gc-overview.store";
import {
  advanceSchedule,
  type GcScheduleRecord,
  insertGcFirings,
  isTimeTaken,
  listDueSchedules,
} from "./gc-schedule.store";
import { requireCollectable } from "./require-collectable";

const BATCH = 200;
const AWAY = "No worker was there at that time.";

/**
 * For every worker's clock: starts the collections whose schedules are due at `now`, and records what was skipped or missed and why. As
 * with rules, PostgreSQL alone decides: workers that look at once, or again after a crash, start nothing twice. Answers how many were started.
 */
export async function fireDueCollections(now: Date): Promise<number> {
  let started = 0;
  for (const schedule of await listDueSchedules(now, BATCH)) {
    try {
      if (await fireOne(schedule, now)) started++;
    } catch (error) {
      // Another worker was first; or this one is tried again at the next look, and must not keep the others waiting.
      if (error instanceof FiringTaken) continue;
      log.error({ registryId: schedule.registryId, error }, "a scheduled collection could not be started");
    }
  }
  return started;
}

async function fireOne(schedule: GcScheduleRecord, now: Date): Promise<boolean> {
  if (schedule.nextRunAt === null) return false;
  const due = dueTimesOf(schedule, schedule.nextRunAt, now);
  const isTaken = due.fireFor !== null && (await isTimeTaken(schedule, due.fireFor));
  const times = isTaken ? { ...due, fireFor: null } : due;
  let skipped = "";
  if (times.fireFor !== null) {
    const result = await start(schedule, (tx, runId) => record(tx, schedule, times, now, { runId }));
    if (result === null) return true;
    skipped = result;
  }
  await prisma().$transaction((tx) => record(tx, schedule, times, now, { skipped }));
  return false;
}

/** Starts the run; answers why there is none. */
async function start(
  schedule: GcScheduleRecord,
  recordIt: (tx: Transaction, runId: string) => Promise<void>,
): Promise<string | null> {
  const { workspaceId, registryId } = schedule;
  // Somebody may be about to bring back what this would take for good.
  const stopped = await areReclaimsStopped();
  if (stopped !== null) return stopped;
  const scope = systemScope(workspaceId, { name: "Schedule" });
  const registry = await findRegistry(scope, registryId);
  if (!registry) return "The registry is detached.";
  const [space] = await listOwnSpaces(workspaceId, registryId);
  if (!space) return "This workspace has no registry space there any more.";
  const options = gcOptionsOf(schedule);
  try {
    requireCollectable(registry, options.mode);
    await createRun(
      scope,
      { kind: "gc", spaceId: space.id, registryId, trigger: "schedule", options: { ...options } },
      (tx, { id }) => recordIt(tx, id),
    );
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.detail;
    throw error;
  }
}

/** What became of the times that came, and when it is due next, with the run that it starts. @throws FiringTaken */
async function record(
  tx: Transaction,
  schedule: GcScheduleRecord,
  times: DueTimes,
  now: Date,
  outcome: { runId: string } | { skipped: string },
): Promise<void> {
  const [next] = nextCronRuns(schedule, now.getTime(), 1);
  if (!(await advanceSchedule(tx, schedule, next === undefined ? null : new Date(next)))) throw new FiringTaken();
  const { registryId, workspaceId } = schedule;
  const base = { registryId, workspaceId, firedAt: now };
  await insertGcFirings(
    tx,
    times.missed.map((scheduledFor, at) => {
      const isLast = at === times.missed.length - 1 && times.hasMoreMissed;
      const reason = isLast ? `${AWAY} Others after it were missed too.` : AWAY;
      return { ...base, scheduledFor, outcome: "missed", reason, runId: null };
    }),
  );
  if (times.fireFor === null) return;
  const isStarted = "runId" in outcome;
  const fired = {
    ...{ ...base, scheduledFor: times.fireFor, outcome: isStarted ? "started" : "skipped" },
    reason: isStarted ? (times.isLate ? "Late: no worker was there at its time." : null) : outcome.skipped,
    runId: isStarted ? outcome.runId : null,
  };
  if ((await insertGcFirings(tx, [fired])) === 0 && isStarted) throw new FiringTaken();
}
