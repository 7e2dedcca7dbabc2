import { log } from "@/server/platform/log";
import { whyNotArmed } from "./arming";
import { type DueTimes, dueTimes } from "./due-times";
import { listUnprotected } from "./list-unprotected";
import { nextRunOf } from "./next-run";
import type { RuleRecord } from "./rule.store";
import { listTaken } from "./rule-firing.store";
import { listDueRules, listSpacesDue, listUnscheduled, setNextRun } from "./rule-schedule.store";

/** A rule whose schedule is due, and what is to become of the times that came. */
export interface DueFiring {
  rule: RuleRecord;
  times: DueTimes;
  next: Date | null;
  /** Null = it may fire; else why it does not. */
  refusal: string | null;
}

const BATCH = 200;

/** Spaces with schedules that are due at `now`. Rules that nobody has scheduled yet are scheduled first, from `now` on. */
export async function listDueSpaces(
  now: Date,
): Promise<{ workspaceId: string; spaceId: string; registryId: string }[]> {
  for (const rule of await listUnscheduled(BATCH)) {
    try {
      await setNextRun(rule, nextRunOf(rule, now));
    } catch (error) {
      log.warn({ ruleId: rule.id, error }, "a rule's schedule cannot be read");
    }
  }
  return listSpacesDue(now, BATCH);
}

/** What is due in a space at `now`. A time that was dealt with already (an edit put the clock back) is only passed over. */
export async function listDueFirings(spaceId: string, now: Date): Promise<DueFiring[]> {
  const due = (await listDueRules(spaceId, now)).flatMap((rule) =>
    rule.nextRunAt === null ? [] : [{ rule, times: dueTimes(rule.definition, rule.nextRunAt, now) }],
  );
  const times = due.flatMap(({ rule, times: { fireFor } }) =>
    fireFor === null ? [] : [{ ruleId: rule.id, scheduledFor: fireFor }],
  );
  const unprotected = await listUnprotected(due.map(({ rule }) => rule));
  const taken = times.length === 0 ? new Set<string>() : await listTaken(times);
  return due.map(({ rule, times: found }) => {
    const isTaken = found.fireFor !== null && taken.has(`${rule.id} at ${found.fireFor.toISOString()}`);
    return {
      ...{ rule, next: nextRunOf(rule, now), refusal: whyNotArmed(rule, unprotected) },
      times: isTaken ? { ...found, fireFor: null } : found,
    };
  });
}
