/** The states of a run; PostgreSQL owns every transition (server/history), this says which are legal and what they mean. */
export const RUN_KINDS = ["reclaim", "restore", "purge", "gc"] as const;
export type RunKind = (typeof RUN_KINDS)[number];

export const RUN_STATUSES = [
  "queued",
  "running",
  "awaiting_confirmation",
  "succeeded",
  "failed",
  "cancelled",
  "partial_limit",
  "time_boxed",
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** What is shown: a running run that was asked to stop is "cancelling" until its worker has stopped. */
export type DisplayStatus = RunStatus | "cancelling";

export type TerminalStatus = Exclude<RunStatus, "queued" | "running" | "awaiting_confirmation">;

export function isFinished(status: RunStatus): status is TerminalStatus {
  return status !== "queued" && status !== "running" && status !== "awaiting_confirmation";
}

export function displayStatus(run: { status: RunStatus; cancelRequestedAt: unknown }): DisplayStatus {
  return !isFinished(run.status) && run.cancelRequestedAt !== null ? "cancelling" : run.status;
}
