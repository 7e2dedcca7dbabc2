import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { ServiceError } from "@/scripts/services/service-process";
import { ensureBrowser } from "@/scripts/setup/browser";
import { ensureBuilt } from "@/scripts/setup/build";
import { ensureSystemCommands } from "@/scripts/setup/debian-packages";
import { dim, formatDuration, silentStep, terminalStep } from "@/scripts/setup/terminal";
import { runCommand } from "@/scripts/test/run-command";
import { type Summary, summariseCheck, summarisePlaywright, summariseVitest } from "@/scripts/test/summaries";

const ROOT = path.resolve(import.meta.dirname, "..");
const STATE = path.join(ROOT, ".test");
const MINUTE_MS = 60_000;
const DETAIL_LINES = 40;

const bin = {
  prisma: "node_modules/prisma/build/index.js",
  biome: "node_modules/@biomejs/biome/bin/biome",
  next: "node_modules/next/dist/bin/next",
  tsc: "node_modules/typescript/bin/tsc",
  knip: "node_modules/knip/bin/knip.js",
  vitest: "node_modules/vitest/vitest.mjs",
  playwright: "node_modules/@playwright/test/cli.js",
};

/** The user's own installation, and what npm adds for its scripts: a test that reached it would drop and flush there. */
const FOREIGN =
  /^(npm_|NPM_|DATABASE_URL$|REDIS_URL$|REGISTRY_|NEXTAUTH_|NODE_ENV$|RECLAIM_(?!CHROMIUM$|REGISTRY_BINARY$))/;
for (const name of Object.keys(process.env)) if (FOREIGN.test(name)) Reflect.deleteProperty(process.env, name);
const environment = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", CHECKPOINT_DISABLE: "1", NO_COLOR: "1" };

const total = { passed: 0, failed: 0 };
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));

mkdirSync(STATE, { recursive: true });
const startedAt = Date.now();
try {
  await ensureSystemCommands(
    [
      { command: "redis-server", package: "redis-server" },
      { command: process.env.RECLAIM_REGISTRY_BINARY ?? "docker-registry", package: "docker-registry" },
      { command: "skopeo", package: "skopeo" },
      // The examples of docs/API.md.
      { command: "curl", package: "curl" },
      // The S3 server of the tests.
      { command: "ceph-mon", package: "ceph-mon" },
      { command: "ceph-osd", package: "ceph-osd" },
      { command: "radosgw", package: "radosgw" },
    ],
    terminalStep,
  );
  const browser = await ensureBrowser(terminalStep);
  await check("prisma generate", [bin.prisma, "generate"]);
  // Types of the routes first: in a clean clone there are none, and old ones may name routes that are gone.
  await check("types of routes", [bin.next, "typegen"]);
  // Two rows that take about as long as each other, each of which leaves the better part of a processor idle.
  await Promise.all([typesAndUnits(), otherChecks()]);
  await vitest("integration", 15 * MINUTE_MS);
  await playwright(browser, 20 * MINUTE_MS);
} catch (error) {
  report("set-up", { passed: 0, failed: 1, failures: [{ name: "set-up", details: describe(error) }] }, Date.now());
}
console.log(dim(`\n${formatDuration(Date.now() - startedAt)}; what each step printed is in .test/*.log\n`));
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);

async function check(name: string, args: string[]): Promise<void> {
  const began = Date.now();
  const { exitCode, output } = await run(name, args, 5 * MINUTE_MS);
  report(name, summariseCheck(name, exitCode, output), began);
}

async function typesAndUnits(): Promise<void> {
  await check("typescript", [bin.tsc, "--noEmit"]);
  // The limits end what hangs; a busy machine takes a multiple of a quiet one.
  await vitest("unit", 8 * MINUTE_MS);
}

async function otherChecks(): Promise<void> {
  await check("biome", [bin.biome, "check", "."]);
  await check("import table", ["scripts/check-boundaries.mjs"]);
  await check("dead code", [bin.knip]);
  await build();
}

async function vitest(project: "unit" | "integration", timeoutMs: number): Promise<void> {
  const began = Date.now();
  const file = freshReport(project);
  const args = ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const { exitCode, output } = await run(project, [bin.vitest, ...args], timeoutMs);
  report(project, summariseVitest(readReport(file), exitCode), began, vitestFailures(output));
}

async function playwright(browser: string, timeoutMs: number): Promise<void> {
  const began = Date.now();
  const file = freshReport("playwright");
  const { exitCode } = await run("playwright", [bin.playwright, "test"], timeoutMs, {
    RECLAIM_PLAYWRIGHT_REPORT: file,
    RECLAIM_CHROMIUM: browser,
  });
  report("playwright", summarisePlaywright(readReport(file), exitCode), began);
}

/** The build of `npm start` is used again when it is of these very sources. */
async function build(): Promise<void> {
  const began = Date.now();
  const failure = await ensureBuilt(ROOT, silentStep).then(
    () => null,
    (error: unknown) => describe(error),
  );
  report("next build", summariseCheck("next build", failure === null ? 0 : 1, failure ?? ""), began);
}

function run(name: string, args: string[], timeoutMs: number, extra: Record<string, string> = {}) {
  const logFile = path.join(STATE, `${name.replaceAll(" ", "-")}.log`);
  return runCommand(args, { env: { ...environment, ...extra }, logFile, timeoutMs });
}

/** What Vitest says about failures, with the lines of code; its JSON leaves out why a test timed out. */
function vitestFailures(output: string): string | null {
  const section = /^⎯+ Failed (?:Suites|Tests)[\s\S]*?(?=^ Test Files )/m.exec(output);
  return section === null ? null : section[0].trimEnd();
}

/** `told`: what the runner itself said about its failures, to show instead of each one's details. */
function report(name: string, summary: Summary, began: number, told: string | null = null): void {
  total.passed += summary.passed;
  total.failed += summary.failed;
  const counts = summary.failed > 0 ? `${summary.passed} passed, ${summary.failed} FAILED` : `${summary.passed} passed`;
  console.log(`${summary.failed > 0 ? "✗" : "✓"} ${name}: ${counts}  ${dim(formatDuration(Date.now() - began))}`);
  for (const failure of summary.failures) {
    console.log(`  ✗ ${failure.name}`);
    if (told === null) console.log(indented(failure.details, DETAIL_LINES));
  }
  if (told !== null && summary.failed > 0) console.log(indented(told, DETAIL_LINES * summary.failed));
}

function indented(text: string, lineCount: number): string {
  const lines = text.split("\n");
  const left = lines.length - lineCount;
  const shown = lines.slice(0, lineCount).join("\n").replace(/^/gm, "    │ ");
  return left > 0 ? `${shown}\n    │ … ${left} more lines` : shown;
}

/** The path of a report that does not exist yet: an old one must not be counted for a runner that never wrote. */
function freshReport(name: string): string {
  const file = path.join(STATE, `${name}.json`);
  rmSync(file, { force: true });
  return file;
}

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

function describe(error: unknown): string {
  if (error instanceof ServiceError) return `${error.message}\n${error.logTail}`;
  return error instanceof Error ? error.message : String(error);
}
