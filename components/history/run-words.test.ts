import { expect, test } from "vitest";
import type { RunDto } from "@/contracts/history";
import { runKindLabel, runOutcomeText } from "./run-words";

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

test("K-07 what a preview says of itself leaves out what its limits leave out", () => {
  const preview = (totals: object) =>
    runOutcomeText({ kind: "reclaim", isDryRun: true, options: {}, totals } as unknown as RunDto);
  expect(preview({ itemsTotal: 17, itemsKept: 1106 })).toBe("17 images would go, 1,106 images kept");
  expect(preview({ itemsTotal: 17, itemsLeftOut: 16, itemsKept: 2 })).toBe(
    "1 image would go, 16 left out by a limit, 2 images kept",
  );
});
