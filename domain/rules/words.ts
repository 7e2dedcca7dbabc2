import type { Order } from "./predicate";

/** What the best of each order are called. */
export const BEST_OF_ORDER: Record<Order, string> = {
  pushed: "newest",
  active: "most recently used",
  semver: "highest versions",
  created: "most recently built",
};

/** “3 newest”, “1 highest version”. */
export function bestOf(n: number, order: Order): string {
  return `${n} ${n === 1 && order === "semver" ? "highest version" : BEST_OF_ORDER[order]}`;
}

/** A name as it is typed, set apart from the words around it. */
export function quoted(name: string): string {
  return `\`${name}\``;
}

/** “a”, “a or b”, “a, b or c”. */
export function listInWords(items: readonly string[], conjunction: "and" | "or"): string {
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} ${conjunction} ${items.at(-1) ?? ""}`;
}

/** “1 day”, “2 days”. */
export function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The first 12 hex digits of a digest, as people compare them. */
export function shortDigest(digest: string): string {
  return digest.slice(0, digest.indexOf(":") + 13);
}

/** A day as reasons tell it, in UTC: “2026-05-01”. */
export function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
