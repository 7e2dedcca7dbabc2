const DAY_MS = 86_400_000;

export type RetentionEffect = {
  /** entries in the bin whose date the change moves */
  entryCount: number;
  /** of those, the ones whose time is up at once with the new number of days, and was not with the old one */
  dueAtOnce: number;
};

/**
 * What another retention does to entries that are in the bin already: each is kept for `toDays` from when it was recycled.
 * @param recycledTimes when each entry was recycled, ISO
 * @param nowMs the present, milliseconds since 1970
 */
export function retentionEffect(
  recycledTimes: readonly string[],
  fromDays: number,
  toDays: number,
  nowMs: number,
): RetentionEffect {
  const isDue = (recycledAt: string, days: number) => Date.parse(recycledAt) + days * DAY_MS <= nowMs;
  return {
    entryCount: recycledTimes.length,
    dueAtOnce: recycledTimes.filter((at) => isDue(at, toDays) && !isDue(at, fromDays)).length,
  };
}
