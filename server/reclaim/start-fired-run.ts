import { whyReclaimIsBusy } from "@/server/history/active-reclaim";
import { createRun } from "@/server/history/create-run";
import { AppError } from "@/server/platform/app-error";
import { systemScope } from "@/server/platform/auth/workspace-scope";
import type { Transaction } from "@/server/platform/db/prisma";
import { areReclaimsStopped } from "@/server/platform-settings/are-reclaims-stopped";
import { PROTECTION_CHANGED } from "@/server/rules/arming";
import { listRuleRecords } from "@/server/rules/list-rule-records";
import { listUnprotectedBy } from "@/server/rules/list-unprotected";
import { FiringTaken } from "@/server/rules/record-firings";
import { frozenOptions } from "./frozen-options";

/** A space in which rules fire by themselves, and by what. */
export interface Fired {
  workspaceId: string;
  spaceId: string;
  registryId: string;
  trigger: "schedule" | "quota";
  rules: readonly { id: string; revision: number; armedByRunId: string | null }[];
}

/**
 * Starts one run of rules that fire by themselves; `record` writes that they did, in the run's own transaction. Answers the run's id, or
 * why there is none.
 * @throws FiringTaken where somebody else was first
 */
export async function startFiredRun(
  fired: Fired,
  record: (tx: Transaction, runId: string) => Promise<void>,
): Promise<{ runId: string } | { skipped: string }> {
  const { workspaceId, spaceId, registryId, trigger } = fired;
  const busy = (await areReclaimsStopped()) ?? (await whyReclaimIsBusy(spaceId));
  if (busy !== null) return { skipped: busy };
  const scope = systemScope(workspaceId, { name: trigger === "quota" ? "Tag quota" : "Schedule" });
  const saved = await listRuleRecords(scope, spaceId);
  const chosen = fired.rules.flatMap(({ id, revision }) =>
    saved.filter((rule) => rule.id === id && rule.revision === revision && rule.isEnabled),
  );
  if (chosen.length < fired.rules.length) throw new FiringTaken();
  const options = await frozenOptions(saved, chosen);
  // Looked at when it fell due, and once more in what the run would be frozen with.
  if ((await listUnprotectedBy(fired.rules, options.rules)).size > 0) return { skipped: PROTECTION_CHANGED };
  try {
    const run = await createRun(
      scope,
      { kind: "reclaim", spaceId, registryId, trigger, options: { ...options } },
      (tx, { id }) => record(tx, id),
    );
    return { runId: run.id };
  } catch (error) {
    if (error instanceof AppError) return { skipped: error.detail };
    throw error;
  }
}
