import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const SELF = fileURLToPath(import.meta.url);

/** Executes a collection in a process of its own, with this process's environment, so that a test can kill it. */
export function startGcProcess(runId: string): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", SELF, runId], { stdio: "ignore", env: process.env });
}

if (process.argv[1] === SELF && process.argv[2] !== undefined) {
  const { executeGc } = await import("@/server/gc/execute-gc");
  const { executeRun } = await import("@/server/history/execute-run");
  const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
  await executeRun(process.argv[2], `process-${process.pid}`, executors, new AbortController().signal);
  process.exit(0);
}
