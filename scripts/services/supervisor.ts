/** What the supervisor needs to know of a running service. */
export interface Supervisable {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  stop(timeoutMs?: number): Promise<void>;
  kill(): Promise<void>;
}

export interface Supervised {
  /** Process id of the service that runs now; null while there is none. */
  pid(): number | null;
  /** Starts it again after `kill`. */
  start(): Promise<void>;
  /** SIGKILL, without starting it again: what a crash of the machine would do. */
  kill(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** A service that ran this long had come up: the next delay is the shortest one again. */
const HEALTHY_AFTER_MS = 30_000;

/** How long to wait before the `failures`-th start in a row (counted from 1): 0.5 s, 1 s, 2 s … 30 s. */
export function restartDelay(failures: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS);
}

/**
 * Starts a service and, where `onEnd` is given, starts it again whenever it ends by itself.
 * @throws what the first `start` throws.
 */
export async function supervise<T extends Supervisable>(
  start: () => Promise<T>,
  options: { stopTimeoutMs?: number; onEnd?: (nextStartMs: number) => void } = {},
): Promise<Supervised> {
  let current: T | null = null;
  let wanted = true;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let restarting: Promise<void> = Promise.resolve();

  const run = async () => {
    const startedAt = Date.now();
    const service = await start();
    current = service;
    void service.exited.then(() => {
      if (current !== service) return;
      current = null;
      if (Date.now() - startedAt > HEALTHY_AFTER_MS) failures = 0;
      if (wanted && options.onEnd) scheduleStart();
    });
  };
  const scheduleStart = () => {
    failures += 1;
    const delay = restartDelay(failures);
    options.onEnd?.(delay);
    timer = setTimeout(() => {
      restarting = run().catch(() => {
        if (wanted) scheduleStart();
      });
    }, delay);
  };
  const end = async (how: (service: T) => Promise<void>) => {
    wanted = false;
    clearTimeout(timer);
    await restarting;
    if (current) await how(current);
  };

  await run();
  return {
    pid: () => current?.pid ?? null,
    start: async () => {
      wanted = true;
      if (!current) await run();
    },
    kill: () => end((service) => service.kill()),
    stop: () => end((service) => service.stop(options.stopTimeoutMs)),
  };
}
