/** The phases of a collection in read-only mode, in order. */
export const GC_WORKING_PHASES = [
  "requested",
  "waiting_for_lock",
  "waiting_for_writers",
  "marking",
  "sweeping",
  "finishing",
] as const;
export const GC_END_PHASES = ["succeeded", "cancelled", "time_boxed", "failed"] as const;

export type GcWorkingPhase = (typeof GC_WORKING_PHASES)[number];
export type GcEndPhase = (typeof GC_END_PHASES)[number];
export type GcPhase = GcWorkingPhase | GcEndPhase;

/** Whether the phase is the last one that a collection will ever have. */
export function isGcEndPhase(phase: GcPhase): phase is GcEndPhase {
  return (GC_END_PHASES as readonly string[]).includes(phase);
}

/** Whether the registry refuses pushes in this phase (read-only mode). */
export function isReadOnlyPhase(phase: GcPhase): boolean {
  return phase !== "requested" && phase !== "waiting_for_lock" && !isGcEndPhase(phase);
}

/**
 * Whether a collection may go from one phase to another. Forward by one step; to any end from every working phase; and back to
 * `waiting_for_lock` from wherever the lock or the epoch was lost, because a mark is only worth something while no one wrote.
 * A dry run keeps nobody out: it goes from `waiting_for_lock` to `marking`, and its success needs no sweep.
 */
export function canEnterGcPhase(from: GcPhase, to: GcPhase, isDryRun = false): boolean {
  if (isGcEndPhase(from)) return false;
  if (to === "succeeded") return isDryRun ? from === "marking" : from === "finishing";
  if (isGcEndPhase(to)) return true;
  if (to === "waiting_for_lock") return from !== "waiting_for_lock";
  if (isDryRun && (to === "sweeping" || to === "waiting_for_writers")) return false;
  if (isDryRun && to === "marking") return from === "waiting_for_lock";
  return GC_WORKING_PHASES.indexOf(to) === GC_WORKING_PHASES.indexOf(from) + 1;
}

/**
 * Whether writers were drained for this run already, and have been kept out ever since: an interrupted collection that finds it
 * so marks again at once. Where read-only mode was lifted in between it has to wait for writers first.
 */
export function isStillDrained(
  run: { id: string; phase: string },
  registry: { readOnlyRunId: string | null },
): boolean {
  const wasDrained = run.phase === "marking" || run.phase === "sweeping" || run.phase === "finishing";
  return wasDrained && registry.readOnlyRunId === run.id;
}
