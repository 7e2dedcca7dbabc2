import { describe, expect, it } from "vitest";
import { canEnterGcPhase, GC_END_PHASES, GC_WORKING_PHASES, isReadOnlyPhase, resumePointOf } from "./phases";

describe("phases of a collection", () => {
  it("goes forward step by step, and never leaves an end", () => {
    expect(canEnterGcPhase("requested", "waiting_for_writers")).toBe(true);
    expect(canEnterGcPhase("waiting_for_writers", "sweeping")).toBe(false);
    expect(canEnterGcPhase("sweeping", "succeeded")).toBe(false);
    expect(canEnterGcPhase("finishing", "succeeded")).toBe(true);
    for (const end of GC_END_PHASES)
      for (const to of [...GC_WORKING_PHASES, ...GC_END_PHASES]) expect(canEnterGcPhase(end, to)).toBe(false);
  });

  it("can be cancelled in every working phase, and goes back to waiting from where it lost the lock", () => {
    for (const phase of GC_WORKING_PHASES) expect(canEnterGcPhase(phase, "cancelled")).toBe(true);
    expect(canEnterGcPhase("sweeping", "waiting_for_writers")).toBe(true);
    expect(canEnterGcPhase("sweeping", "marking")).toBe(false);
  });

  it("refuses pushes from waiting to the end of finishing", () => {
    expect([...GC_WORKING_PHASES, ...GC_END_PHASES].filter(isReadOnlyPhase)).toEqual([
      "waiting_for_writers",
      "marking",
      "sweeping",
      "finishing",
    ]);
  });

  it("goes on sweeping only under the epoch that the mark was made in", () => {
    expect(resumePointOf({ phase: "sweeping", markedUnderEpoch: 4 }, 4)).toBe("sweeping");
    expect(resumePointOf({ phase: "finishing", markedUnderEpoch: 4 }, 4)).toBe("sweeping");
    expect(resumePointOf({ phase: "sweeping", markedUnderEpoch: 4 }, 5)).toBe("waiting_for_writers");
    expect(resumePointOf({ phase: "sweeping", markedUnderEpoch: null }, 5)).toBe("waiting_for_writers");
    expect(resumePointOf({ phase: "marking", markedUnderEpoch: 4 }, 4)).toBe("waiting_for_writers");
  });
});
