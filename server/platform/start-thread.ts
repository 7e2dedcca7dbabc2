import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type ResourceLimits, Worker } from "node:worker_threads";

/**
 * Starts a thread that runs `<name>.ts`, a file beside the one that asks (`from` = its `import.meta.url`); in the built worker, the file
 * that was made of it: every `*-thread.ts` has one.
 */
export function startThread(name: `${string}-thread`, from: string, resourceLimits: ResourceLimits): Worker {
  if (!from.endsWith(".ts")) return new Worker(new URL(`${name}.mjs`, from), { execArgv: [], resourceLimits });
  // Threads do not inherit what makes the process read TypeScript; this way of giving it to them is the quickest to start.
  const tsx = createRequire(import.meta.url).resolve("tsx/cjs/api");
  const file = fileURLToPath(new URL(`${name}.ts`, from));
  const start = `require(${JSON.stringify(tsx)}).register(); require(${JSON.stringify(file)});`;
  return new Worker(start, { eval: true, execArgv: [], resourceLimits });
}
