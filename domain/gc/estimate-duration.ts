/** What an ended collection took: seconds of work, waiting for writers left out, and what it had to do. */
export interface PastCollection {
  seconds: number;
  /** manifests that were read and blobs that were looked at or deleted */
  work: number;
}

/**
 * About how many seconds a collection of so much work takes, by those before it (the newest first; later ones hardly count): the median
 * pace of those with work to speak of, and never less than the quickest of them took. Null without any.
 */
export function estimateDuration(past: readonly PastCollection[], work: number): number | null {
  const recent = past.slice(0, RECENT_MAX).filter((run) => run.seconds >= 0 && run.work >= 0);
  if (recent.length === 0) return null;
  const floor = Math.min(...recent.map((run) => run.seconds));
  const paces = recent.filter((run) => run.work > 0).map((run) => run.seconds / run.work);
  if (paces.length === 0) return Math.round(floor);
  return Math.round(Math.max(floor, median(paces) * work));
}

const RECENT_MAX = 5;

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1, middle + 1);
  return (low + high) / 2;
}
