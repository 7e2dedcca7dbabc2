/** The keys from `from` to `to`, both included, in the order of `keys`. If one of them is not there any more, only the one that is. */
export function rangeBetween(keys: readonly string[], from: string, to: string): string[] {
  const start = keys.indexOf(from);
  const end = keys.indexOf(to);
  if (end < 0) return [];
  if (start < 0) return [to];
  return keys.slice(Math.min(start, end), Math.max(start, end) + 1);
}

/** A copy of the set with the key added, or removed if it was in. */
export function toggled(selected: ReadonlySet<string>, key: string): Set<string> {
  const next = new Set(selected);
  if (!next.delete(key)) next.add(key);
  return next;
}
