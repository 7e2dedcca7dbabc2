import type { Transaction } from "@/server/platform/db/prisma";
import type { DueFiring } from "./due-firings";
import { insertFirings, type RuleFiringRecord } from "./rule-firing.store";
import { advanceNextRun } from "./rule-schedule.store";

/** Somebody else has dealt with one of these times, or the rule was changed meanwhile: whoever looks next finds what is left. */
export class FiringTaken extends Error {
  override readonly name = "FiringTaken";
}

const AWAY = "No worker was there at that time.";

/**
 * Writes what became of due schedules, and when they are due next, in one transaction with the run that they start (`runId`), or with the
 * reason why they start none.
 * @throws FiringTaken
 */
export async function recordFirings(
  tx: Transaction,
  firings: readonly DueFiring[],
  now: Date,
  outcome: { runId: string } | { skipped: string },
): Promise<void> {
  for (const { rule, times, next, refusal } of firings) {
    if (!(await advanceNextRun(tx, rule, next))) throw new FiringTaken();
    const base = {
      ...{ ruleId: rule.id, workspaceId: rule.workspaceId, spaceId: rule.spaceId, revision: rule.revision },
      ...{ trigger: "schedule", firedAt: now },
    };
    const missed = times.missed.map((scheduledFor, at): RuleFiringRecord => {
      const isLast = at === times.missed.length - 1 && times.hasMoreMissed;
      const reason = isLast ? `${AWAY} Others after it were missed too.` : AWAY;
      return { ...base, scheduledFor, outcome: "missed", reason, runId: null };
    });
    await insertFirings(tx, missed);
    if (times.fireFor === null) continue;
    const skipped = refusal ?? ("skipped" in outcome ? outcome.skipped : null);
    const fired: RuleFiringRecord = {
      ...{ ...base, scheduledFor: times.fireFor },
      outcome: skipped === null ? "started" : "skipped",
      reason: skipped ?? (times.isLate ? "Late: no worker was there at its time." : null),
      runId: skipped === null && "runId" in outcome ? outcome.runId : null,
    };
    if ((await insertFirings(tx, [fired])) === 0 && skipped === null) throw new FiringTaken();
  }
}
