/**
 * What a collection does, in order. Only read-only mode waits for writers; only online mode settles and marks again, while its sweeping
 * moves blobs into the quarantine and its finishing purges them. A run's status says how it ended.
 */
export type GcPhase =
  | "requested"
  | "waiting_for_lock"
  | "waiting_for_writers"
  | "marking"
  | "sweeping"
  | "settling"
  | "re_marking"
  | "finishing";

/**
 * From here on what is not needed may be decided and gone; a collection that begins anew has to come this far again. While an online one
 * settles, what became needed is still given back by its second mark.
 */
export const MARKING_ON: readonly string[] = ["marking", "sweeping", "re_marking", "finishing"] satisfies GcPhase[];

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
