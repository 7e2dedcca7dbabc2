import { z } from "zod";

/** What one check or one runner adds to the sum, and what to show of its failures. */
export interface Summary {
  passed: number;
  failed: number;
  /** One entry for each failure: its name, and what was said about it. */
  failures: { name: string; details: string }[];
}

const vitestSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

/**
 * Counts a Vitest JSON report. Anything but a pass is a failure: a skipped test, a file that could not be loaded, a
 * report that is missing or counts nothing, and an exit code that nothing in the report explains.
 */
export function summariseVitest(report: unknown, exitCode: number | null): Summary {
  const parsed = vitestSchema.safeParse(report);
  if (!parsed.success) return broken("there is no readable report");
  const summary: Summary = { passed: 0, failed: 0, failures: [] };
  for (const file of parsed.data.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === "passed") summary.passed += 1;
      else fail(summary, `${test.fullName} (${file.name})`, test.failureMessages?.join("\n") || test.status);
    }
    const isExplained = file.assertionResults.some((test) => test.status === "failed");
    if (file.status === "failed" && !isExplained) fail(summary, file.name, file.message ?? "the file failed");
  }
  return concluded(summary, exitCode);
}

interface PlaywrightSuite {
  title: string;
  specs?: { title: string; file: string; tests: PlaywrightTest[] }[] | undefined;
  suites?: PlaywrightSuite[] | undefined;
}
interface PlaywrightTest {
  status: string;
  results: { error?: { message?: string | undefined } | undefined }[];
}

const playwrightSuite: z.ZodType<PlaywrightSuite> = z.lazy(() =>
  z.object({
    title: z.string(),
    specs: z
      .array(
        z.object({
          title: z.string(),
          file: z.string(),
          tests: z.array(
            z.object({
              status: z.string(),
              results: z.array(z.object({ error: z.object({ message: z.string().optional() }).optional() })),
            }),
          ),
        }),
      )
      .optional(),
    suites: z.array(playwrightSuite).optional(),
  }),
);
const playwrightSchema = z.object({
  suites: z.array(playwrightSuite),
  errors: z.array(z.object({ message: z.string().optional() })).optional(),
});

/** Counts a Playwright JSON report by the same rules; a test that passed only when it was repeated has failed. */
export function summarisePlaywright(report: unknown, exitCode: number | null): Summary {
  const parsed = playwrightSchema.safeParse(report);
  if (!parsed.success) return broken("there is no readable report");
  const summary: Summary = { passed: 0, failed: 0, failures: [] };
  const visit = (suite: PlaywrightSuite) => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        if (test.status === "expected") summary.passed += 1;
        else fail(summary, `${spec.title} (${spec.file})`, test.results.at(-1)?.error?.message ?? test.status);
      }
    }
    for (const inner of suite.suites ?? []) visit(inner);
  };
  for (const suite of parsed.data.suites) visit(suite);
  for (const error of parsed.data.errors ?? [])
    fail(summary, "playwright", error.message ?? "an error outside of tests");
  return concluded(summary, exitCode);
}

/** A check counts as one test. */
export function summariseCheck(name: string, exitCode: number | null, output: string): Summary {
  if (exitCode === 0) return { passed: 1, failed: 0, failures: [] };
  return { passed: 0, failed: 1, failures: [{ name, details: output.trim() || `exit code ${exitCode}` }] };
}

function concluded(summary: Summary, exitCode: number | null): Summary {
  if (summary.passed + summary.failed === 0) return broken("no test was run");
  if (exitCode !== 0 && summary.failed === 0) {
    fail(summary, "the runner", exitCode === null ? "it was stopped: it took too long" : `it ended with ${exitCode}`);
  }
  return summary;
}

function broken(details: string): Summary {
  return { passed: 0, failed: 1, failures: [{ name: "the runner", details }] };
}

function fail(summary: Summary, name: string, details: string): void {
  summary.failed += 1;
  summary.failures.push({ name, details });
}
