import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";

export interface CommandResult {
  /** null = it was stopped, because it took too long or could not be started. */
  exitCode: number | null;
  /** stdout and stderr as they came. */
  output: string;
}

/** Runs a command without stdin; its output is kept and written to `logFile`. After `timeoutMs` it is stopped with all its children. */
export async function runCommand(
  args: string[],
  options: { env: NodeJS.ProcessEnv; logFile: string; timeoutMs: number },
): Promise<CommandResult> {
  const log = createWriteStream(options.logFile);
  // A group of its own, so that a browser or a worker that hangs can be stopped together with its runner.
  const child = spawn(process.execPath, args, { env: options.env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      log.write(chunk);
    });
  }
  let isTimedOut = false;
  const stop = (signal: NodeJS.Signals) => {
    if (child.pid === undefined || child.exitCode !== null) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // Gone already.
    }
  };
  const onExit = () => stop("SIGTERM");
  process.once("exit", onExit);
  const timer = setTimeout(() => {
    isTimedOut = true;
    stop("SIGKILL");
  }, options.timeoutMs);
  const exitCode = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("exit", resolve);
  });
  clearTimeout(timer);
  process.off("exit", onExit);
  log.end();
  return { exitCode: isTimedOut ? null : exitCode, output };
}
