import type { ImageEventDto } from "@/contracts/image-history";

export interface EventGroup {
  /** The first of those that are told as one. */
  event: ImageEventDto;
  /** One sentence for all of them, that names their tags. */
  text: string;
}

/** What a sentence says before its tag, or before where the tag would be named. */
const BEFORE_TAG = /^(pushed as|tagged|tag|restored from the recycle bin as) /;
const WITHOUT_TAG = /^(moved to the recycle bin|purged for good|deleted at the registry)/;

/** Events as they are read, but those that happened at once to several tags of a digest are one. */
export function groupEvents(events: readonly ImageEventDto[]): EventGroup[] {
  const groups = new Map<string, ImageEventDto[]>();
  for (const event of events) {
    const { kind, at, digest, source, runId, otherDigest } = event;
    const key = JSON.stringify([kind, at, digest, source, runId, otherDigest, textWith(event, "…")]);
    const group = groups.get(key);
    if (group) group.push(event);
    else groups.set(key, [event]);
  }
  return [...groups.values()].flatMap((group) => {
    const [event] = group;
    if (!event) return [];
    const tags = [...new Set(group.flatMap(({ tag }) => (tag === null ? [] : [tag])))];
    return [{ event, text: tags.length === 0 ? event.text : textWith(event, tags.join(", "), tags.length > 1) }];
  });
}

function textWith({ text, tag }: ImageEventDto, names: string, areMany = false): string {
  if (tag === null) return text;
  if (WITHOUT_TAG.test(text)) return text.replace(WITHOUT_TAG, (start) => `${start} as ${names}`);
  const start = BEFORE_TAG.exec(text)?.[0];
  if (start === undefined || !text.startsWith(start + tag)) return text;
  return `${start === "tag " && areMany ? "tags " : start}${names}${text.slice(start.length + tag.length)}`;
}
