/** What a collection in read-only mode does, in order. A run's status says how it ended. */
export type GcPhase = "requested" | "waiting_for_lock" | "waiting_for_writers" | "marking" | "sweeping" | "finishing";

/** From here on no writer is about, and what is not needed may be decided and gone; a collection that begins anew has to come this far again. */
export const MARKING_ON: readonly string[] = ["marking", "sweeping", "finishing"] satisfies GcPhase[];

/**
 * Whether writers were drained for this run already, and have been kept out ever since: an interrupted collection that finds it
 * so marks again at once. Where read-only mode was lifted in between it has to wait for writers first.
 */
export function isStillDrained(
  run: { id: string; phase: string },
  registry: { readOnlyRunId: string | null },
): boolean {
  return MARKING_ON.includes(run.phase) && registry.readOnlyRunId === run.id;
}
