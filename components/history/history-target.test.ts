import { expect, test } from "vitest";
import { historyTarget } from "./history-target";

const event = (over: Partial<Parameters<typeof historyTarget>[0]>) => ({
  action: "gc.start",
  resourceType: "run",
  resourceId: "run_1",
  data: {},
  ...over,
});
const target = (over: Partial<Parameters<typeof historyTarget>[0]>) => historyTarget(event(over), "acme", "spc_1");

test("a run's events lead to the run", () => {
  expect(target({})?.href).toBe("/w/acme/spaces/spc_1/runs/run_1");
});

test("what a run did to an image leads to that run", () => {
  const moved = { action: "bin.recycle", resourceType: "bin_entry", resourceId: "bin_1", data: { runId: "run_2" } };
  expect(target(moved)?.href).toBe("/w/acme/spaces/spc_1/runs/run_2");
});

test("an entry without a run leads to the bin", () => {
  expect(target({ action: "bin.restore", resourceType: "bin_entry", resourceId: "bin_1" })?.label).toBe("Recycle bin");
});

test("a deleted rule leads nowhere, a living one to the rules", () => {
  const rule = { resourceType: "rule", resourceId: "rul_1" };
  expect(target({ ...rule, action: "rules.delete" })).toBeNull();
  expect(target({ ...rule, action: "rules.update" })?.label).toBe("Rules");
});

test("a run id that is no text is not trusted", () => {
  expect(target({ action: "spaces.create", resourceType: "space", data: { runId: 7 } })).toBeNull();
});
