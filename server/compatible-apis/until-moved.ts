import { setTimeout as wait } from "node:timers/promises";
import { getRun } from "@/server/history/get-run";
import { listRunItems } from "@/server/history/list-run-items";
import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";

const WAIT_MAX_MS = 60_000;
const ASK_EVERY_MS = 150;

/**
 * Waits until a run by hand has done what was asked for one image: these callers are told of an end, not of a run.
 * @throws AppError conflict with what kept it; or where it takes longer than a minute: it goes on by itself
 */
export async function untilMoved(scope: WorkspaceScope, runId: string): Promise<void> {
  for (const deadline = Date.now() + WAIT_MAX_MS; Date.now() < deadline; await wait(ASK_EVERY_MS)) {
    const run = await getRun(scope, { runId });
    if (run.finishedAt === null) continue;
    const { items } = await listRunItems(scope, { runId, limit: 1, sort: "plan", order: "asc" });
    const [item] = items;
    if (run.status === "succeeded" && item?.state === "done") return;
    const why = item?.error ?? item?.reasonText ?? run.error?.message ?? `the run ended as ${run.status}`;
    throw new AppError("conflict", `The image stays: ${why}.`);
  }
  throw new AppError("conflict", "It is still being done: the run goes on by itself. See its history.");
}
