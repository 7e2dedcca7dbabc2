import { AppError } from "@/server/platform/app-error";
import { systemScope } from "@/server/platform/auth/workspace-scope";
import { log } from "@/server/platform/log";
import { newId } from "@/server/platform/new-id";
import { areReclaimsStopped } from "@/server/platform-settings/are-reclaims-stopped";
import { tagUsage } from "@/server/workspaces/tag-usage";
import { createLifecycleRun } from "./create-lifecycle-run";
import {
  finishFiring,
  insertFiring,
  insertFiringRun,
  insertFiringSkip,
  listOpenFirings,
  listRestedWorkspaces,
  listSpacesToFire,
  type OpenFiring,
} from "./lifecycle-firing.store";
import { listLifecycleRules } from "./list-lifecycle-rules";

/** A workspace that stays at its quota is cleared once a day. */
export const LIFECYCLE_RESTS_MS = 24 * 3_600_000;
/** So long a space is waited for in which something else runs. */
const WAIT_FOR_SPACE_MS = 3_600_000;
const OPEN_PER_ROUND = 100;
const COULD_NOT_START =
  "It could not be started, for an hour long. Start it with “Run now” in Image Lifecycle Management; if that fails too, the log of the worker says why.";

/**
 * For the worker's clock: writes down which workspaces have as many tags as their quota allows, and starts one run in each of their spaces that
 * a policy covers. PostgreSQL alone decides, so that any number of workers may do this at once: a workspace fires once in 24 hours, and
 * a firing starts one run a space, also where its worker is killed between two. While reclaims are stopped nobody fires and open firings
 * wait, so that the day's firing is not lost to it. Answers how many runs were started.
 */
export async function fireLifecycle(now: Date): Promise<number> {
  if ((await areReclaimsStopped()) !== null) return 0;
  const since = new Date(now.getTime() - LIFECYCLE_RESTS_MS);
  for (const workspaceId of await listRestedWorkspaces(since)) {
    const { count, quota } = await tagUsage(workspaceId);
    if (count < quota) continue;
    const firing = { id: newId("firing"), workspaceId, firedAt: now, tagCount: count, tagQuota: quota };
    await insertFiring(firing, since);
  }
  let started = 0;
  for (const firing of await listOpenFirings(OPEN_PER_ROUND)) started += await workOff(firing, now);
  return started;
}

async function workOff(firing: OpenFiring, now: Date): Promise<number> {
  let started = 0;
  let isOver = true;
  for (const spaceId of await listSpacesToFire(firing)) {
    const outcome = await fireSpace(firing, spaceId, now);
    if (outcome === "started") started++;
    if (outcome === "waits") isOver = false;
  }
  if (isOver) await finishFiring(firing.id, now);
  return started;
}

async function fireSpace(
  firing: OpenFiring,
  spaceId: string,
  now: Date,
): Promise<"started" | "skipped" | "uncovered" | "waits"> {
  const scope = systemScope(firing.workspaceId, { name: "Lifecycle policy" });
  try {
    const policies = await listLifecycleRules(scope, spaceId);
    if (policies.length === 0) return "uncovered";
    if (now > firing.firedAt && (await isBelowQuota(firing.workspaceId))) {
      await insertFiringSkip(firing.id, spaceId, "The tags fell below the quota before this space was free.");
      return "skipped";
    }
    await createLifecycleRun(scope, { spaceId, policies, trigger: "quota" }, (tx, run) =>
      insertFiringRun(tx, { firingId: firing.id, spaceId, runId: run.id }),
    );
    return "started";
  } catch (error) {
    const isOurs = !(error instanceof AppError);
    if (isOurs) log.error({ spaceId, error }, "a lifecycle policy could not be run");
    if ((await areReclaimsStopped()) !== null) return "waits";
    const mayPass = isOurs || error.code === "conflict";
    if (mayPass && now.getTime() - firing.firedAt.getTime() < WAIT_FOR_SPACE_MS) return "waits";
    await insertFiringSkip(firing.id, spaceId, isOurs ? COULD_NOT_START : error.detail);
    return "skipped";
  }
}

async function isBelowQuota(workspaceId: string): Promise<boolean> {
  const { count, quota } = await tagUsage(workspaceId);
  return count < quota;
}
