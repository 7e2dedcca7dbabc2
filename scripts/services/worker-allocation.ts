import { spawnSync } from "node:child_process";

/**
 * What glibc is told for a worker, whose threads make what they hand over: left alone it keeps a heap for each of them and gives little of it
 * back. A collection of 100,000 manifests takes 60 MB less for it, at the same speed.
 */
export const WORKER_ALLOCATION = {
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "131072",
  MALLOC_TRIM_THRESHOLD_: "131072",
};

/**
 * What Node.js is told for a worker. Left alone, the engine makes what outlives some of its collections among what is old at once: of planning
 * these are facts that live for a moment, and it went through everything for their sake in the middle of every third preview. And it lets the
 * heap grow by the less the fewer of them there are, so that it would do so as often for nothing.
 */
const WORKER_FLAGS = ["--no-allocation-site-pretenuring", "--heap-growing-percent=100"];

/** Those of the flags that this Node.js knows: another one would not start a worker at all for their sake. */
export function workerFlags(flags: readonly string[] = WORKER_FLAGS): string[] {
  const { stdout } = spawnSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  const known = new Set(stdout.match(/^ +--[a-z0-9-]+/gm)?.map((line) => line.trim()));
  return flags.filter((flag) => known.has(flag.replace(/^--no-/, "--").replace(/=.*/, "")));
}
