import { compileGlob } from "@/lib/glob";
import { compileRegex, regexProblem, type Span } from "@/lib/regex";
import { compileSemverRange } from "@/lib/semver-range";
import type { Pattern } from "./pattern";
import { patternText } from "./sentence";
import { quoted } from "./words";
import type { WrittenPattern, WrittenSelector } from "./written-rule";

/** Why a name is not taken though it nearly is. */
export interface NameMiss {
  code: "excluded" | "letter_case" | "pre_release" | "whole_name";
  why: string;
  path: string;
}

/** A selector as it is written, tried on names. */
export interface NameTester {
  test(name: string): boolean;
  /** Counts a name for each pattern that finds it. */
  count(name: string): void;
  /** The include pattern that finds it, and which parts of it are what was typed. */
  mark(name: string): { path: string | null; spans: Span[] };
  /** Why a name that it does not take is close; null where it is not. */
  missOf(name: string): NameMiss | null;
  /** How many of the names that were counted each pattern finds. */
  counts(): { path: string; count: number }[];
}

interface Finder {
  path: string;
  pattern: Pattern;
  count: number;
  test(name: string): boolean;
  spans(name: string): Span[];
  almost(name: string): Omit<NameMiss, "path"> | null;
}

/** Compiles a selector for trying. Never throws: a wrong pattern finds nothing. */
export function compileNameTester(selector: WrittenSelector): NameTester {
  const include = selector.include.map(finderOf);
  const exclude = selector.exclude.map(finderOf);
  // Every pattern is asked of every name, so that each can tell how many it finds; the same name comes back often.
  const tried = new Map<string, { isTaken: boolean; by: readonly Finder[] }>();
  const tryName = (name: string) => {
    let result = tried.get(name);
    if (result === undefined) {
      const included = include.filter((finder) => finder.test(name));
      const excluded = exclude.filter((finder) => finder.test(name));
      const isTaken = (included.length > 0 || include.length === 0) && excluded.length === 0;
      result = { isTaken, by: [...included, ...excluded] };
      tried.set(name, result);
    }
    return result;
  };
  return {
    test: (name) => tryName(name).isTaken,
    count(name) {
      for (const finder of tryName(name).by) finder.count++;
    },
    mark(name) {
      const finder = include.find((one) => one.test(name));
      return finder === undefined ? { path: null, spans: [] } : { path: finder.path, spans: finder.spans(name) };
    },
    missOf(name) {
      if (include.length === 0 || include.some((one) => one.test(name))) {
        const by = exclude.find((one) => one.test(name));
        return by === undefined
          ? null
          : { code: "excluded", why: `excluded by ${patternText(by.pattern)}`, path: by.path };
      }
      for (const finder of include) {
        const miss = finder.almost(name);
        if (miss !== null) return { ...miss, path: finder.path };
      }
      return null;
    },
    counts: () => [...include, ...exclude].map(({ path, count }) => ({ path, count })),
  };
}

function finderOf({ path, pattern, isWrong }: WrittenPattern): Finder {
  const nothing = { test: () => false, spans: () => [], almost: () => null };
  const finder = isWrong
    ? nothing
    : { glob: globFinder, regex: regexFinder, semver: semverFinder }[pattern.kind](pattern.value);
  return { path, pattern, count: 0, ...finder };
}

type Finding = Pick<Finder, "test" | "spans" | "almost">;

function globFinder(value: string): Finding {
  const glob = compileGlob(value);
  const lower = compileGlob(value.toLowerCase());
  return {
    test: glob.test,
    spans: (name) => glob.find(name) ?? [],
    almost(name) {
      if (lower.test(name.toLowerCase())) return { code: "letter_case", why: caseText(value) };
      const inside = glob.findInside(name);
      if (inside === null || inside[1] === inside[0]) return null;
      const part = quoted(name.slice(...inside));
      return { code: "whole_name", why: `${quoted(value)} finds only ${part} of it, and a glob takes whole names` };
    },
  };
}

function regexFinder(value: string): Finding {
  const regex = compileRegex(value);
  const insensitive = regexProblem(`(?i)${value}`) === null ? compileRegex(`(?i)${value}`) : null;
  const free = unanchored(value);
  return {
    test: regex.test,
    spans(name) {
      const found = regex.find(name);
      return found === null ? [] : [found.match];
    },
    almost(name) {
      if (insensitive?.test(name)) return { code: "letter_case", why: caseText(`/${value}/`) };
      const inside = free?.find(name)?.match;
      if (inside === undefined || inside[1] === inside[0]) return null;
      const part = quoted(name.slice(...inside));
      return { code: "whole_name", why: `${quoted(`/${value}/`)} is anchored, and finds ${part} only inside it` };
    },
  };
}

/** The expression without the anchors at its ends; null where it has none. */
function unanchored(value: string) {
  const source = value.replace(/^\^/, "").replace(/(^|[^\\])((?:\\\\)*)\$$/, "$1$2");
  return source === value || regexProblem(source) !== null ? null : compileRegex(source);
}

function semverFinder(value: string): Finding {
  const range = compileSemverRange(value);
  return {
    test: range.test,
    spans: (name) => [[0, name.length]],
    almost: (name) =>
      range.isLeftOutPrerelease(name)
        ? { code: "pre_release", why: `a pre-release, and the range ${quoted(value)} names none of its version` }
        : null,
  };
}

function caseText(value: string): string {
  return `${quoted(value)} finds it only where capital and small letters are the same`;
}
