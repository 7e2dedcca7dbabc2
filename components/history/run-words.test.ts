import { expect, test } from "vitest";
import { runKindLabel } from "./run-words";

const rule = { id: "rule_1", name: "old", revision: 1 };
const lifecycle = { keepLatestTags: 2, keepDays: null, onlyRepository: null, exceptRepositories: [] };
const run = (rules: readonly unknown[], isDryRun = false) => ({
  kind: "reclaim" as const,
  isDryRun,
  options: { rules },
});

test("T-05 a run of a lifecycle policy is called one, and a run by rules is not", () => {
  expect(runKindLabel(run([{ ...rule, lifecycle }, rule]))).toBe("Lifecycle run");
  expect(runKindLabel(run([rule]))).toBe("Reclaim run");
  expect(runKindLabel(run([{ ...rule, lifecycle }], true))).toBe("Preview");
});
