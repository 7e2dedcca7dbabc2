import { claimDueHealthChecks } from "./attachment.store";
import { checkHealth } from "./check-health";

const CHECK_EVERY_MS = 60_000;
const AT_A_TIME = 8;

/** Asks every registry that nobody asked for a minute whether it is well. Safe to run in several workers at once. */
export async function checkDueRegistries(now: Date): Promise<void> {
  const due = await claimDueHealthChecks(new Date(now.getTime() - CHECK_EVERY_MS), AT_A_TIME);
  await Promise.all(due.map((registry) => checkHealth(registry)));
}
