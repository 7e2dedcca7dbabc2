import type { HarborKeep } from "./harbor-rule";
import type { Pattern } from "./pattern";

export interface NumberedKeep extends HarborKeep {
  isEnabled: boolean;
  from: number[];
}

const PATTERNS_MAX = 20;

/**
 * Joins rules that keep, where there are more than `most`. Only such as keep the same together as apart: each image by itself (no counts),
 * in the same repositories, by the tags that they name.
 */
export function mergeKeeps(keeps: readonly NumberedKeep[], most: number): NumberedKeep[] {
  const merged = [...keeps];
  for (let at = 0; at < merged.length; at++) {
    for (let other = at + 1; other < merged.length && merged.length > most; ) {
      const joined = joinedOf(merged[at], merged[other]);
      if (joined === null) other++;
      else {
        merged[at] = joined;
        merged.splice(other, 1);
      }
    }
  }
  return merged;
}

function joinedOf(a: NumberedKeep | undefined, b: NumberedKeep | undefined): NumberedKeep | null {
  if (a === undefined || b === undefined || keyOf(a) !== keyOf(b) || a.when.some((one) => one.kind === "among"))
    return null;
  const include = distinct([...a.select.tags.include, ...b.select.tags.include]);
  if (include.length > PATTERNS_MAX) return null;
  return {
    ...a,
    name: `${a.name}, ${b.select.tags.include.map((pattern) => pattern.value).join(", ")}`,
    select: { ...a.select, tags: { include, exclude: a.select.tags.exclude } },
    from: [...a.from, ...b.from],
  };
}

/** What must be the same. A rule that names no tags takes all: it is joined with its like only. */
function keyOf({ select, when, isEnabled }: NumberedKeep): string {
  const { repositories, tags, state, kinds } = select;
  return JSON.stringify([repositories, tags.exclude, tags.include.length > 0, state, kinds, when, isEnabled]);
}

function distinct(patterns: readonly Pattern[]): Pattern[] {
  return [...new Map(patterns.map((pattern) => [`${pattern.kind} ${pattern.value}`, pattern])).values()];
}
