import { describe, expect, it } from "vitest";
import { isStillDrained } from "./phases";

const isDrained = (phase: string, readOnlyRunId: string | null) =>
  isStillDrained({ id: "run_1", phase }, { readOnlyRunId });

describe("isStillDrained", () => {
  it("is true where writers were drained and kept out for this run ever since", () => {
    expect(["marking", "sweeping", "finishing"].map((phase) => isDrained(phase, "run_1"))).toEqual([true, true, true]);
  });

  it("is false where read-only mode was lifted, belongs to another run, or had only begun", () => {
    expect([isDrained("sweeping", null), isDrained("sweeping", "run_2")]).toEqual([false, false]);
    const early = ["requested", "waiting_for_lock", "waiting_for_writers", "a phase of the future"];
    expect(early.map((phase) => isDrained(phase, "run_1"))).toEqual([false, false, false, false]);
  });
});
