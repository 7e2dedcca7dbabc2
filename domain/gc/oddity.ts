/** Something in a registry's storage that is not as it should be. It is counted and shown, and what it touches is kept. */
export type OddityKind =
  | "junk_entry"
  | "empty_link"
  | "bad_link"
  | "temporary_file"
  | "dangling_tag"
  | "unclear_tag"
  | "manifest_missing"
  | "manifest_unreadable"
  | "manifest_type_unknown"
  | "child_missing"
  | "alias_unresolved";

/** `path` is below the registry's root (a repository and digest where no single file is meant); `detail` is for people. */
export type Oddity = { kind: OddityKind; path: string; detail: string };

/** How many oddities of each kind there are. */
export function countOddities(oddities: Iterable<Oddity>): Partial<Record<OddityKind, number>> {
  const counts: Partial<Record<OddityKind, number>> = {};
  for (const oddity of oddities) counts[oddity.kind] = (counts[oddity.kind] ?? 0) + 1;
  return counts;
}
