import { isInPrefix, RECYCLE_BIN_PREFIX } from "@/domain/access/registry-scope";

export type PrefixProblem = { kind: "reserved" } | { kind: "overlaps"; with: string };

/**
 * Why a prefix cannot be taken: `recyclebin` is ours, and prefixes of one registry never overlap (on whole path
 * components: `acme` and `acme-labs` do not, `acme` and `acme/web` do). Null = it is free.
 */
export function prefixProblem(prefix: string, taken: readonly string[]): PrefixProblem | null {
  if (isInPrefix(prefix, RECYCLE_BIN_PREFIX)) return { kind: "reserved" };
  const other = taken.find((one) => isInPrefix(prefix, one) || isInPrefix(one, prefix));
  return other === undefined ? null : { kind: "overlaps", with: other };
}
