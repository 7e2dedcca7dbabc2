/** The phases of a collection in read-only mode, in order. */
export const GC_WORKING_PHASES = ["requested", "waiting_for_writers", "marking", "sweeping", "finishing"] as const;
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
  return phase !== "requested" && !isGcEndPhase(phase);
}

/**
 * Whether a collection may go from one phase to another. Forward by one step; to any end from every working phase; and back to
 * `waiting_for_writers` from wherever the lock or the epoch was lost, because a mark is only worth something while no one wrote.
 * A dry run ends from `marking`: its success needs no sweep.
 */
export function canEnterGcPhase(from: GcPhase, to: GcPhase): boolean {
  if (isGcEndPhase(from)) return false;
  if (to === "succeeded") return from === "finishing" || from === "marking";
  if (isGcEndPhase(to)) return true;
  if (to === "waiting_for_writers") return from !== "waiting_for_writers";
  return GC_WORKING_PHASES.indexOf(to) === GC_WORKING_PHASES.indexOf(from) + 1;
}

export type GcResumePoint = "waiting_for_writers" | "sweeping";

/**
 * Where a collection that was interrupted goes on. Only a sweep whose epoch is still the registry's may use its candidate list:
 * under another epoch read-only mode was lifted in between, pushes may have reused a candidate, and all has to be marked again.
 */
export function resumePointOf(
  run: { phase: GcPhase; markedUnderEpoch: number | null },
  registryEpoch: number,
): GcResumePoint {
  const isSweep = run.phase === "sweeping" || run.phase === "finishing";
  return isSweep && run.markedUnderEpoch === registryEpoch ? "sweeping" : "waiting_for_writers";
}
