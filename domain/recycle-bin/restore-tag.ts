/** What to do about a tag that names another image by now: leave it there, take it back, or restore under another name. */
export const TAG_CONFLICT_CHOICES = ["keep_current", "take_back", "restore_as"] as const;
export type TagConflictChoice = (typeof TAG_CONFLICT_CHOICES)[number];

const TAG_LENGTH_MAX = 128;

/**
 * The name under which a tag is restored whose own name is taken: `<tag>-restored-<yyyymmdd>`, from the second try on with a number.
 * A tag that would grow too long for a registry is cut. `day` is any moment of the day, taken in UTC.
 */
export function restoredTagName(tag: string, day: Date, attempt: number): string {
  const suffix = `-restored-${day.toISOString().slice(0, 10).replaceAll("-", "")}${attempt > 1 ? `-${attempt}` : ""}`;
  return `${tag.slice(0, TAG_LENGTH_MAX - suffix.length)}${suffix}`;
}
