import { subjectOfFallbackTag } from "./referrer-tag";

/** What the inventory holds of a repository, or what a reading of it found. */
export interface RepositoryContents {
  digests: ReadonlySet<string>;
  /** tag → digest */
  tags: ReadonlyMap<string, string>;
}

/** The difference between the inventory and a reading: all that has to be written. */
export interface InventoryChange {
  addedDigests: string[];
  removedDigests: string[];
  /** Tags that are new (`before` null) or point elsewhere now. */
  setTags: { name: string; digest: string; before: string | null }[];
  removedTags: { name: string; digest: string }[];
}

/** Compares in one pass over each; tags of a reading whose digest it did not find are left out: they lead nowhere. */
export function inventoryChange(known: RepositoryContents, found: RepositoryContents): InventoryChange {
  const change: InventoryChange = { addedDigests: [], removedDigests: [], setTags: [], removedTags: [] };
  for (const digest of found.digests) if (!known.digests.has(digest)) change.addedDigests.push(digest);
  for (const digest of known.digests) if (!found.digests.has(digest)) change.removedDigests.push(digest);
  const isAt = (name: string) => {
    const digest = found.tags.get(name);
    return digest !== undefined && found.digests.has(digest) ? digest : null;
  };
  for (const name of found.tags.keys()) {
    const digest = isAt(name);
    const before = known.tags.get(name) ?? null;
    if (digest !== null && digest !== before) change.setTags.push({ name, digest, before });
  }
  for (const [name, digest] of known.tags) if (isAt(name) === null) change.removedTags.push({ name, digest });
  return change;
}

export function isNoChange(change: InventoryChange): boolean {
  const { addedDigests, removedDigests, setTags, removedTags } = change;
  return addedDigests.length + removedDigests.length + setTags.length + removedTags.length === 0;
}

/** Every digest whose image may look different now: those that came or went, those that tags left or came to, and subjects of referrers by tag. */
export function touchedDigests(change: InventoryChange): string[] {
  const touched = new Set([...change.addedDigests, ...change.removedDigests]);
  for (const { name, digest, before } of [
    ...change.setTags,
    ...change.removedTags.map((tag) => ({ ...tag, before: null })),
  ]) {
    touched.add(digest);
    if (before !== null) touched.add(before);
    const subject = subjectOfFallbackTag(name);
    if (subject !== null) touched.add(subject);
  }
  return [...touched];
}
