import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type ServiceProcess, startServiceProcess, untilReady } from "@/scripts/services/service-process";
import { WORKER_ALLOCATION, workerFlags } from "@/scripts/services/worker-allocation";

export interface ConsoleProcessOptions {
  /** The checkout. */
  root: string;
  /** What the process reads, complete but for PATH and the like. */
  environment: Record<string, string>;
  logFile: string;
}

/**
 * Starts the built console on 127.0.0.1 and resolves when it answers.
 * @throws ServiceError when it does not.
 */
export async function startWebProcess(options: ConsoleProcessOptions & { port: number }): Promise<ServiceProcess> {
  const service = await startServiceProcess({
    name: "web",
    command: process.execPath,
    args: [
      path.join(options.root, "node_modules/next/dist/bin/next"),
      ...["start", "-H", "127.0.0.1", "-p", String(options.port)],
    ],
    env: { ...inherited(), ...options.environment, PORT: String(options.port) },
    cwd: options.root,
    logFile: options.logFile,
  });
  await untilReady(service, options.logFile, async () => {
    const response = await fetch(`http://127.0.0.1:${options.port}/api/health`);
    await response.arrayBuffer();
    return response.ok;
  });
  return service;
}

/** Where its log level hides the line that says so, a worker that lived this long counts as started. */
const WORKER_SETTLED_MS = 8_000;

/**
 * Starts the built worker (`program`) and resolves when it says that it takes jobs; it has no port to ask.
 * @throws ServiceError when it ends at once.
 */
export async function startWorkerProcess(
  options: ConsoleProcessOptions & { program: string },
): Promise<ServiceProcess> {
  const before = existsSync(options.logFile) ? statSync(options.logFile).size : 0;
  const service = await startServiceProcess({
    name: "worker",
    command: process.execPath,
    args: ["--enable-source-maps", ...workerFlags(), options.program],
    env: { ...WORKER_ALLOCATION, ...inherited(), ...options.environment },
    cwd: options.root,
    logFile: options.logFile,
  });
  const startedAt = Date.now();
  await untilReady(service, options.logFile, async () => {
    if (Date.now() - startedAt > WORKER_SETTLED_MS) return service.isRunning();
    return readFileSync(options.logFile).subarray(before).includes("worker ready");
  });
  return service;
}

/** Everything but what npm adds, which other programs take for configuration. */
function inherited(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith("npm_"));
  return { ...Object.fromEntries(own), NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
}
