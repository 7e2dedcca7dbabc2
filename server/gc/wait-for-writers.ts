import type { BlobStorage } from "@/server/platform/storage/blob-storage";

export type WriterWait = {
  /** When the last write token that was handed out ends; null where none ever was. */
  lastTokenExpiresAtMs: number | null;
  /** What a registry forgives after a token's expiry. */
  leewayMs: number;
  /** An upload whose data did not grow for so long is abandoned. */
  uploadIdleMs: number;
  /** Give up after so long. */
  timeoutMs: number;
  signal: AbortSignal;
  nowMs: () => number;
  /** Told whenever the expected end changes. */
  onCountdown: (endsAtMs: number) => void;
};

const POLL_MS = 500;

/**
 * Waits until nobody can be writing any more: the last token that was handed out has ended, and no upload's data has grown for a
 * while. Answers `timeout` where uploads go on; throws the signal's reason where it is aborted, StorageReadError where uploads
 * cannot be read.
 */
export async function waitForWriters(storage: BlobStorage, wait: WriterWait): Promise<"drained" | "timeout"> {
  const deadline = wait.nowMs() + wait.timeoutMs;
  const tokensEndAt = wait.lastTokenExpiresAtMs === null ? wait.nowMs() : wait.lastTokenExpiresAtMs + wait.leewayMs;
  // The token that counts has a known end: waiting longer for it than the timeout would be a setting that cannot work.
  wait.onCountdown(tokensEndAt);
  await sleepUntil(Math.min(tokensEndAt, deadline), wait);
  if (tokensEndAt > deadline) return "timeout";
  const ahead: SeenAhead = new Map();
  for (;;) {
    const quietAt = (await latestUploadActivity(storage, wait, ahead)) + wait.uploadIdleMs;
    const now = wait.nowMs();
    if (quietAt <= now) return "drained";
    if (now >= deadline) return "timeout";
    wait.onCountdown(quietAt);
    await sleepUntil(Math.min(quietAt, deadline), wait);
  }
}

/** Uploads whose time lies ahead of our clock, and since when we have seen them at it. */
type SeenAhead = Map<string, { atMs: number; seenMs: number }>;

/**
 * A time ahead of ours (a clock that was set back, a restored backup) says nothing about now, and would keep every collection waiting
 * until it comes: such an upload is quiet when its time has not changed under our eyes.
 */
async function latestUploadActivity(
  storage: BlobStorage,
  { signal, nowMs }: Pick<WriterWait, "signal" | "nowMs">,
  ahead: SeenAhead,
): Promise<number> {
  const activityOf = (key: string, atMs: number): number => {
    const now = nowMs();
    if (atMs <= now) return atMs;
    const known = ahead.get(key);
    if (known?.atMs === atMs) return known.seenMs;
    ahead.set(key, { atMs, seenMs: now });
    return now;
  };
  let latest = Number.NEGATIVE_INFINITY;
  for (const { repository, id, lastActivityAtMs } of await storage.listActiveUploads({ signal }))
    latest = Math.max(latest, activityOf(`${repository}/${id}`, lastActivityAtMs));
  return latest;
}

async function sleepUntil(atMs: number, { signal, nowMs }: WriterWait): Promise<void> {
  for (let left = atMs - nowMs(); left > 0; left = atMs - nowMs()) {
    signal.throwIfAborted();
    await sleep(Math.min(left, POLL_MS), signal);
  }
  signal.throwIfAborted();
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
