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
export const WORKER_FLAGS = ["--no-allocation-site-pretenuring", "--heap-growing-percent=100"];
