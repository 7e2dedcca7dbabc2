import { describe, expect, it } from "vitest";
import { summariseCheck, summarisePlaywright, summariseVitest } from "@/scripts/test/summaries";

const vitestFile = (statuses: string[], status = "passed") => ({
  name: "a.test.ts",
  status,
  assertionResults: statuses.map((s, i) => ({ fullName: `test ${i}`, status: s, failureMessages: [] })),
});
const playwrightReport = (statuses: string[], errors: { message: string }[] = []) => ({
  suites: [
    {
      title: "a.spec.ts",
      suites: [
        {
          title: "inner",
          specs: statuses.map((status) => ({ title: status, file: "a.spec.ts", tests: [{ status, results: [] }] })),
        },
      ],
    },
  ],
  errors,
});

describe("summariseVitest", () => {
  it("counts what passed and failed", () => {
    const report = { testResults: [vitestFile(["passed", "passed"]), vitestFile(["passed", "failed"], "failed")] };
    expect(summariseVitest(report, 1)).toMatchObject({ passed: 3, failed: 1 });
    expect(summariseVitest({ testResults: [vitestFile(["passed"])] }, 0)).toEqual({
      passed: 1,
      failed: 0,
      failures: [],
    });
  });

  it.each([
    ["no report", null, 0],
    ["a report of another shape", { numTotalTests: 3 }, 0],
    ["no test at all", { testResults: [] }, 0],
    ["a skipped test", { testResults: [vitestFile(["passed", "skipped"])] }, 0],
    ["a file that could not be loaded", { testResults: [vitestFile(["passed"]), vitestFile([], "failed")] }, 1],
    ["an exit code that no test explains", { testResults: [vitestFile(["passed"])] }, 1],
    ["a runner that was stopped", { testResults: [vitestFile(["passed"])] }, null],
  ])("counts %s as one failure", (_name, report, exitCode) => {
    expect(summariseVitest(report, exitCode).failed).toBe(1);
  });
});

describe("summarisePlaywright", () => {
  it("counts nested suites", () => {
    expect(summarisePlaywright(playwrightReport(["expected", "expected"]), 0)).toMatchObject({ passed: 2, failed: 0 });
    expect(summarisePlaywright(playwrightReport(["expected", "unexpected"]), 1)).toMatchObject({
      passed: 1,
      failed: 1,
    });
  });

  it.each([
    ["no report", null, 0],
    ["no test at all", playwrightReport([]), 0],
    ["a skipped test", playwrightReport(["expected", "skipped"]), 0],
    ["a test that passed when repeated", playwrightReport(["flaky"]), 0],
    ["an error outside of tests", playwrightReport(["expected"], [{ message: "no browser" }]), 1],
    ["a runner that was stopped", playwrightReport(["expected"]), null],
  ])("counts %s as one failure", (_name, report, exitCode) => {
    expect(summarisePlaywright(report, exitCode).failed).toBe(1);
  });
});

describe("summariseCheck", () => {
  it("is one test", () => {
    expect(summariseCheck("x", 0, "warning")).toEqual({ passed: 1, failed: 0, failures: [] });
    expect(summariseCheck("x", null, " ").failures).toEqual([{ name: "x", details: "exit code null" }]);
  });
});
