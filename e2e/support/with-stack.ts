import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type EndToEndOptions, type EndToEndStack, startStack } from "./stack";

const LOGS = path.resolve(import.meta.dirname, "../../test-results/logs");

/** Nobody waits: what was pushed a moment ago may be reclaimed and collected. */
export const NO_GRACE = { RECLAIM_GRACE_HOURS: "0" };

/** Times short enough for a test; a registry of ours has no other writers that could need the real ones. */
export const SHORT_TIMES = {
  RECLAIM_TOKEN_TTL_SECONDS: "5",
  RECLAIM_TOKEN_LEEWAY_SECONDS: "1",
  RECLAIM_UPLOAD_IDLE_SECONDS: "1",
  RECLAIM_HEARTBEAT_STALE_SECONDS: "2",
};

/** The same where no process is killed: its absence need not be noticed soon, for which the worker looks at everything each second. */
export const STEADY_TIMES = { ...SHORT_TIMES, RECLAIM_HEARTBEAT_STALE_SECONDS: "9" };

/** A console of the test's own under a temporary folder; `stop` removes it and leaves its logs in `test-results/logs/<name>`. */
export async function openStack(name: string, options: Omit<EndToEndOptions, "stateDir">): Promise<EndToEndStack> {
  const stateDir = mkdtempSync(path.join(process.env.RECLAIM_E2E_STATES ?? tmpdir(), `reclaim-${name}-`));
  try {
    const stack = await startStack({ ...options, stateDir });
    return {
      ...stack,
      stop: async () => {
        await stack.stop();
        keepLogs(name, stateDir);
      },
    };
  } catch (error) {
    keepLogs(name, stateDir);
    throw error;
  }
}

function keepLogs(name: string, stateDir: string): void {
  cpSync(path.join(stateDir, "logs"), path.join(LOGS, name), { recursive: true, force: true });
  rmSync(stateDir, { recursive: true, force: true });
}
