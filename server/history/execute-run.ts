import { AppError } from "@/server/platform/app-error";
import { systemScope } from "@/server/platform/auth/workspace-scope";
import { isDatabaseLost } from "@/server/platform/db/is-database-lost";
import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import { beginToWait } from "./confirmation.store";
import { enqueueRun } from "./enqueue-run";
import { type AskedConfirmation, claimRun, finishRun, heartbeatRun, type RunRecord, releaseRun } from "./run.store";
import {
  ConfirmationNeeded,
  createRunContext,
  type RunContext,
  type RunExecutors,
  type RunOutcome,
  RunStopped,
} from "./run-context";
import { leaveOutPlannedItems } from "./run-item.store";

const HEARTBEAT_MS = 450;
/** Claims of one run before it is given up: a run that kills its worker each time must not do so for ever. */
const CLAIMS_MAX = 50;

/**
 * Claims a run and executes it to its end, or until it is cancelled, fenced or the worker shuts down. Returns without a
 * word when somebody else has it. Never throws: what goes wrong ends in the row. Answers what ended here, or null.
 */
export async function executeRun(
  runId: string,
  workerId: string,
  executors: RunExecutors,
  shutdown: AbortSignal,
): Promise<{ registryId: string; isMove: boolean } | null> {
  const run = await claimRun(runId, workerId, env().RECLAIM_HEARTBEAT_STALE_SECONDS);
  if (!run) return null;
  const runLog = log.child({ runId, kind: run.kind, epoch: run.epoch });
  runLog.info("claimed");
  const stop = new AbortController();
  const onShutdown = () => stop.abort(new RunStopped("shutdown"));
  if (shutdown.aborted) onShutdown();
  shutdown.addEventListener("abort", onShutdown, { once: true });
  const scope = systemScope(run.workspaceId, { name: run.requestedByName });
  const context = createRunContext(run, scope, stop.signal);
  // Asked before it was claimed: nothing new is begun, what an earlier claim began is brought to its end.
  if (run.cancelRequestedAt) stop.abort(new RunStopped("cancelled"));
  const beat = startHeartbeat(run, context, stop);
  try {
    let outcome = run.epoch > CLAIMS_MAX ? givenUp() : await settle(executors[run.kind](context), stop.signal);
    await context.flush().catch(() => undefined);
    if (outcome === "fenced") return null;
    if (outcome === "shutdown") {
      if (await releaseRun(run.id, run.epoch)) await enqueueRun(run);
      return null;
    }
    if ("asked" in outcome) {
      if (await beginToWait(run, outcome.asked)) {
        runLog.info(outcome.asked, "waits for a confirmation");
        return null;
      }
      // Somebody asked it to stop meanwhile.
      outcome = { status: "cancelled" };
    }
    // A plan that was cut off, or never begun with, does not look as if it were still to be done.
    if (outcome.status === "cancelled") await leaveOutPlannedItems(run, "the run was cancelled");
    const isOurs = await finishRun(run.id, run.epoch, { status: outcome.status, error: outcome.error ?? null });
    runLog.info({ status: outcome.status, isOurs, error: outcome.error }, "finished");
    return { registryId: run.registryId, isMove: run.kind !== "gc" && !run.isDryRun };
  } catch (error) {
    // The database could not take the end of the run: its heartbeat grows stale and the reconciler gives it to somebody.
    runLog.error({ error }, "the end of a run could not be written");
    return null;
  } finally {
    beat.stop();
    shutdown.removeEventListener("abort", onShutdown);
  }
}

type Settled = RunOutcome | { asked: AskedConfirmation } | "fenced" | "shutdown";

async function settle(work: Promise<RunOutcome>, signal: AbortSignal): Promise<Settled> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ConfirmationNeeded) return { asked: error.asked };
    const stopped =
      error instanceof RunStopped
        ? error
        : signal.aborted && signal.reason instanceof RunStopped
          ? signal.reason
          : null;
    if (stopped) return stopped.reason === "cancelled" ? { status: "cancelled" } : stopped.reason;
    if (isDatabaseLost(error)) {
      // Its journal says how far it came: it is given back, as by a worker that stops, and not failed for a restart of the database.
      log.warn({ error }, "the database was lost");
      return "shutdown";
    }
    if (error instanceof AppError) return { status: "failed", error: { code: error.code, message: error.detail } };
    log.error({ error }, "an executor failed");
    return {
      status: "failed",
      error: { code: "internal", message: error instanceof Error ? error.message : String(error) },
    };
  }
}

function givenUp(): RunOutcome {
  return {
    status: "failed",
    error: { code: "given_up", message: `The run was interrupted ${CLAIMS_MAX} times and was given up.` },
  };
}

/** Renews the claim, takes a wish to cancel, and writes pending progress, on one timer. */
function startHeartbeat(run: RunRecord, context: RunContext, stop: AbortController): { stop(): void } {
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    beat(run, context, stop)
      .catch((error: unknown) => log.warn({ runId: run.id, error }, "heartbeat"))
      .finally(() => {
        isBusy = false;
      });
  }, HEARTBEAT_MS);
  return { stop: () => clearInterval(timer) };
}

async function beat(run: RunRecord, context: RunContext, stop: AbortController): Promise<void> {
  const alive = await heartbeatRun(run.id, run.epoch);
  if (!alive) return stop.abort(new RunStopped("fenced"));
  if (alive.cancelRequestedAt) stop.abort(new RunStopped("cancelled"));
  await context.flush();
}
