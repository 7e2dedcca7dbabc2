import type { RunNumbers } from "@/contracts/history";
import type { RunKind, TerminalStatus } from "@/domain/history/run-status";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { type AskedConfirmation, heartbeatRun, type RunRecord, writeRun } from "./run.store";

/** Why a run's signal aborted. */
export type StopReason = "cancelled" | "fenced" | "shutdown";

export class RunStopped extends Error {
  override readonly name = "RunStopped";
  constructor(readonly reason: StopReason) {
    super(`the run was stopped: ${reason}`);
  }
}

/** Ends a claim, not the run: it waits until somebody confirms it, and goes on from its journal then. */
export class ConfirmationNeeded extends Error {
  override readonly name = "ConfirmationNeeded";
  constructor(readonly asked: AskedConfirmation) {
    super(`the run would take ${asked.sharePercent} % of its space`);
  }
}

export interface RunOutcome {
  status: TerminalStatus;
  error?: { code: string; message: string };
}

/** What an executor works with. It must be idempotent from its journal: `isResumed` says that an earlier claim worked on it. */
export interface RunContext {
  readonly run: RunRecord;
  readonly scope: WorkspaceScope;
  readonly epoch: number;
  readonly isResumed: boolean;
  /** Aborts with a RunStopped: ask `signal.throwIfAborted()` before each step, pass it to every wait. */
  readonly signal: AbortSignal;
  /** Enters a phase and writes it at once. */
  setPhase(phase: string, data?: Record<string, unknown>): Promise<void>;
  /** A line of the run's log; written with the next flush. */
  log(kind: string, data: Record<string, unknown>): void;
  /** Merges numbers into the progress; written at most about twice a second. */
  progress(numbers: RunNumbers): void;
  /** Merges numbers into the totals, which stay when the run ends, however it ends. */
  totals(numbers: RunNumbers): void;
  /** Totals so far, those of earlier claims included. */
  readonly currentTotals: RunNumbers;
  /** Writes what is pending. @throws RunStopped fenced when the run is no longer ours */
  flush(): Promise<void>;
  /** Renews the claim: for who stood still, perhaps, before something that only the present claim may do. @throws RunStopped fenced */
  requireClaim(): Promise<void>;
}

type RunExecutor = (context: RunContext) => Promise<RunOutcome>;
export type RunExecutors = Record<RunKind, RunExecutor>;

const EVENTS_BUFFERED_MAX = 200;

/** The context of one claim. `flush` is called by the driver about twice a second and at the end. */
export function createRunContext(run: RunRecord, scope: WorkspaceScope, signal: AbortSignal): RunContext {
  let progress = run.progress as RunNumbers;
  let totals = run.totals as RunNumbers;
  let phase: string | undefined;
  let events: { kind: string; data: Record<string, unknown> }[] = [];
  let isDirty = false;
  // One write at a time: two would race for the sequence numbers' order.
  let tail: Promise<void> = Promise.resolve();

  const writePending = async (): Promise<void> => {
    if (!isDirty) return;
    const write = { phase, progress, totals, events };
    isDirty = false;
    phase = undefined;
    events = [];
    const isOurs = await writeRun(run.id, run.epoch, write).catch((error: unknown) => {
      // The database was away for a moment: what was to be written is still true, and goes with the next write.
      isDirty = true;
      phase ??= write.phase;
      events = [...write.events, ...events];
      throw error;
    });
    if (!isOurs) throw new RunStopped("fenced");
  };
  const flush = (): Promise<void> => {
    const next = tail.then(writePending);
    tail = next.catch(() => undefined);
    return next;
  };

  return {
    run,
    scope,
    epoch: run.epoch,
    isResumed: run.epoch > 1,
    signal,
    async setPhase(name, data = {}) {
      phase = name;
      events.push({ kind: "phase", data: { phase: name, ...data } });
      isDirty = true;
      await flush();
    },
    log(kind, data) {
      events.push({ kind, data });
      isDirty = true;
      if (events.length >= EVENTS_BUFFERED_MAX) void flush().catch(() => undefined);
    },
    progress(numbers) {
      progress = { ...progress, ...numbers };
      isDirty = true;
    },
    totals(numbers) {
      totals = { ...totals, ...numbers };
      isDirty = true;
    },
    get currentTotals() {
      return totals;
    },
    flush,
    async requireClaim() {
      if ((await heartbeatRun(run.id, run.epoch)) === null) throw new RunStopped("fenced");
    },
  };
}
