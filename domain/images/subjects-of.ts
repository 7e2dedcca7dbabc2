import { subjectOfFallbackTag } from "./referrer-tag";

/** What a manifest says it belongs to, by its field or by fallback tags, wherever that is. */
export function subjectsOf({ subject, tags }: { subject: string | null; tags: readonly { name: string }[] }): string[] {
  const subjects = subject === null ? [] : [subject];
  for (const tag of tags) {
    const digest = subjectOfFallbackTag(tag.name);
    if (digest !== null) subjects.push(digest);
  }
  return subjects;
}
