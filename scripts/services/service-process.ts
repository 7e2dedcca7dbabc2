import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";

/** What went wrong with a service, in one line, with the end of its log for whoever wants to look closer. */
export class ServiceError extends Error {
  constructor(
    message: string,
    readonly logTail: string = "",
  ) {
    super(message);
    this.name = "ServiceError";
  }
}

export interface ServiceProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles when the process has ended, however it ended. Never rejects. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  isRunning(): boolean;
  /** Asks politely, then after `timeoutMs` (10 s) kills. Resolves when the process is gone; may be called twice. */
  stop(timeoutMs?: number): Promise<void>;
  /** SIGKILL, at once. Resolves when the process is gone. */
  kill(): Promise<void>;
}

export interface ServiceProcessOptions {
  name: string;
  command: string;
  args: string[];
  /** The whole environment of the process: nothing is inherited but what is given here. */
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** stdout and stderr are appended here. */
  logFile: string;
  user?: { uid: number; gid: number };
  /** The polite request to end, and what the process gets when we die ourselves. Default SIGTERM. */
  stopSignal?: "SIGTERM" | "SIGINT";
}

/** What still runs when this process ends gets its stop signal then, so that nothing is left behind. */
const running = new Map<number, NodeJS.Signals>();
process.once("exit", () => {
  for (const [pid, signal] of running) signalProcess(pid, signal);
});

/**
 * Starts a process that outlives a Ctrl-C in the terminal (it gets its own session, so that we end the services in
 * order) but not us: where `setpriv` exists, the kernel sends it `stopSignal` when we are killed.
 * @throws ServiceError when the command cannot be started.
 */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const stopSignal = options.stopSignal ?? "SIGTERM";
  const log = openSync(options.logFile, "a", 0o600);
  const [command, args] = withParentDeathSignal(options.command, options.args, stopSignal);
  let child: ChildProcess;
  try {
    child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", log, log],
      detached: true,
      ...options.user,
    });
  } finally {
    closeSync(log);
  }
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: null, signal: null }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => reject(new ServiceError(`${options.name} could not be started: ${error.message}`)));
  });
  const { pid } = child;
  if (pid === undefined) throw new ServiceError(`${options.name} has no process id`);
  running.set(pid, stopSignal);
  void exited.then(() => running.delete(pid));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const kill = async () => {
    if (isRunning()) signalProcess(-pid, "SIGKILL");
    await exited;
  };
  return {
    name: options.name,
    pid,
    exited,
    isRunning,
    kill,
    stop: async (timeoutMs = 10_000) => {
      if (isRunning()) child.kill(stopSignal);
      const timer = setTimeout(kill, timeoutMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/**
 * Polls until `ready` answers true.
 * @throws ServiceError when the process ends first, or after `timeoutMs`.
 */
export async function untilReady(
  service: ServiceProcess,
  logFile: string,
  ready: () => Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await ready().catch(() => false))) {
    if (!service.isRunning()) {
      const { code, signal } = await service.exited;
      throw new ServiceError(`${service.name} ended at once (${signal ?? `exit code ${code}`})`, logTail(logFile));
    }
    if (Date.now() > deadline) {
      await service.stop();
      throw new ServiceError(`${service.name} was not ready after ${timeoutMs / 1000} s`, logTail(logFile));
    }
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

/** The last `lines` lines of a log file; empty when there is none. */
function logTail(file: string, lines = 12): string {
  if (!existsSync(file)) return "";
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
}

/** The variables that a foreign binary needs and no other: our own would be taken for its configuration. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR"] as const;
  const env: Record<string, string> = {};
  for (const name of kept) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env as NodeJS.ProcessEnv;
}

let setprivWorks: boolean | undefined;

function withParentDeathSignal(command: string, args: string[], signal: string): [string, string[]] {
  setprivWorks ??= spawnSync("setpriv", ["--pdeathsig", "TERM", "--", "true"], { stdio: "ignore" }).status === 0;
  if (!setprivWorks) return [command, args];
  return ["setpriv", ["--pdeathsig", signal.replace("SIG", ""), "--", command, ...args]];
}

/** Negative ids mean the process's whole group. */
function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
