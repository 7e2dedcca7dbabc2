import { describe, expect, it } from "vitest";
import { canEnterGcPhase, GC_END_PHASES, GC_WORKING_PHASES, isReadOnlyPhase, isStillDrained } from "./phases";

describe("phases of a collection", () => {
  it("goes forward step by step, and never leaves an end", () => {
    expect(canEnterGcPhase("waiting_for_lock", "waiting_for_writers")).toBe(true);
    expect(canEnterGcPhase("waiting_for_writers", "sweeping")).toBe(false);
    expect(canEnterGcPhase("sweeping", "succeeded")).toBe(false);
    expect(canEnterGcPhase("marking", "succeeded")).toBe(false);
    expect(canEnterGcPhase("finishing", "succeeded")).toBe(true);
    for (const end of GC_END_PHASES) {
      for (const to of [...GC_WORKING_PHASES, ...GC_END_PHASES]) expect(canEnterGcPhase(end, to)).toBe(false);
    }
  });

  it("keeps nobody out and removes nothing in a dry run", () => {
    expect(canEnterGcPhase("waiting_for_lock", "marking", true)).toBe(true);
    expect(canEnterGcPhase("marking", "succeeded", true)).toBe(true);
    for (const from of GC_WORKING_PHASES) expect(canEnterGcPhase(from, "sweeping", true)).toBe(false);
    for (const from of GC_WORKING_PHASES) expect(canEnterGcPhase(from, "waiting_for_writers", true)).toBe(false);
  });

  it("can be cancelled in every working phase, and goes back to the start from where it lost the lock", () => {
    for (const phase of GC_WORKING_PHASES) expect(canEnterGcPhase(phase, "cancelled")).toBe(true);
    expect(canEnterGcPhase("sweeping", "waiting_for_lock")).toBe(true);
    expect(canEnterGcPhase("sweeping", "marking")).toBe(false);
  });

  it("refuses pushes from waiting for writers to the end of finishing", () => {
    const readOnly = ["waiting_for_writers", "marking", "sweeping", "finishing"];
    expect([...GC_WORKING_PHASES, ...GC_END_PHASES].filter(isReadOnlyPhase)).toEqual(readOnly);
  });

  it("need not wait for writers again where they were drained and kept out for it ever since", () => {
    const isDrained = (phase: string, readOnlyRunId: string | null) =>
      isStillDrained({ id: "run_1", phase }, { readOnlyRunId });
    expect([isDrained("marking", "run_1"), isDrained("sweeping", "run_1"), isDrained("finishing", "run_1")]).toEqual([
      true,
      true,
      true,
    ]);
    expect([isDrained("sweeping", null), isDrained("sweeping", "run_2")]).toEqual([false, false]);
    expect([isDrained("waiting_for_writers", "run_1"), isDrained("waiting_for_lock", "run_1")]).toEqual([false, false]);
  });
});
