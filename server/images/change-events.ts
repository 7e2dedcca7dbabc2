import type { InventoryChange } from "@/domain/images/inventory-change";
import type { NewImageEvent } from "./record-image-events";

export type ChangeEvent = Pick<NewImageEvent, "digest" | "tag" | "kind" | "at" | "otherDigest">;

/**
 * What a change means for the history of tags and digests. A first reading only tells of pushes, one a tag, at the times that
 * the registry knows. Manifests that came or went inside others (`parts`) are not told of one by one.
 */
export function changeEvents(
  change: InventoryChange,
  facts: {
    isFirstReading: boolean;
    now: Date;
    pushedAt: ReadonlyMap<string, Date>;
    /** Digests that another manifest which came or went names as child, or that name a subject. */
    parts: ReadonlySet<string>;
  },
): ChangeEvent[] {
  const { isFirstReading, now, pushedAt, parts } = facts;
  const added = new Set(change.addedDigests);
  const removed = new Set(change.removedDigests);
  const pushTime = (digest: string) => pushedAt.get(digest) ?? now;
  if (isFirstReading) {
    return change.setTags.map(({ name, digest }) => ({ digest, tag: name, kind: "pushed", at: pushTime(digest) }));
  }
  const events: ChangeEvent[] = [];
  const told = new Set<string>();
  for (const { name, digest, before } of change.setTags) {
    told.add(digest);
    const isNew = added.has(digest);
    if (before !== null) {
      told.add(before);
      events.push({ digest: before, tag: name, kind: "overwritten", at: now, otherDigest: digest });
    }
    const at = isNew ? pushTime(digest) : now;
    events.push({ digest, tag: name, kind: isNew ? "pushed" : "tagged", at, otherDigest: before });
  }
  for (const { name, digest } of change.removedTags) {
    told.add(digest);
    events.push({ digest, tag: name, kind: removed.has(digest) ? "gone" : "untagged", at: now });
  }
  const isToldOfAlone = (digest: string) => !told.has(digest) && !parts.has(digest);
  for (const digest of change.addedDigests.filter(isToldOfAlone))
    events.push({ digest, tag: null, kind: "pushed", at: pushTime(digest) });
  for (const digest of change.removedDigests.filter(isToldOfAlone))
    events.push({ digest, tag: null, kind: "gone", at: now });
  return events;
}
