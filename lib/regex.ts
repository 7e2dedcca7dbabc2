import { RE2JS } from "re2js";

const MAX_PATTERN_LENGTH = 512;

/** A compiled RE2 expression. RE2 runs in linear time, so that a user's pattern can never stall the worker. */
export interface Regex {
  /** How many capture groups it has. */
  groupCount: number;
  /** True where the expression is found anywhere in the text: anchoring is written by the user, with ^ and $. */
  test(text: string): boolean;
  /** The first capture group of the first match, the whole match where there is no group, null where nothing matches. */
  capture(text: string): string | null;
  /** Where the first match lies, its capture groups that took part included (each as start and end); null where nothing matches. */
  find(text: string): { match: Span; groups: Span[] } | null;
}

/** A part of a text: start and end (exclusive), in UTF-16 units. */
export type Span = [start: number, end: number];

/** Compiles an RE2 expression. Throws an Error whose message says what is wrong with it. */
export function compileRegex(source: string): Regex {
  const problem = regexProblem(source);
  if (problem !== null) throw new Error(problem);
  const compiled = RE2JS.compile(source);
  const plain = plainExpression(source);
  return {
    groupCount: compiled.groupCount(),
    test: plain === null ? (text) => compiled.test(text) : (text) => plain.test(text),
    capture(text) {
      if (plain !== null) {
        const match = plain.exec(text);
        return match === null ? null : (match[1] ?? match[0]);
      }
      const matcher = compiled.matcher(text);
      if (!matcher.find()) return null;
      return matcher.groupCount() > 0 ? matcher.group(1) : matcher.group(0);
    },
    find(text) {
      const matcher = compiled.matcher(text);
      if (!matcher.find()) return null;
      const groups: Span[] = [];
      for (let at = 1; at <= matcher.groupCount(); at++) {
        if (matcher.start(at) >= 0) groups.push([matcher.start(at), matcher.end(at)]);
      }
      return { match: [matcher.start(), matcher.end()], groups };
    },
  };
}

const ATOM = String.raw`(?:[A-Za-z0-9_/-]|\\[.d/+-]|\[[A-Za-z0-9_.]+\])[+*]?`;
const PLAIN = new RegExp(String.raw`^\^?(?:${ATOM}|\((?:${ATOM})+(?:\|(?:${ATOM})+)*\))+\$?$`);

/**
 * The engine's own expression for what both read alike and it cannot stall over: letters, digits, groups of these and one repetition at most.
 * It is ten times as fast, and a plan tests millions of names. Null for all others.
 */
function plainExpression(source: string): RegExp | null {
  const repetitions = source.replaceAll(/\\./g, "").match(/[+*]/g)?.length ?? 0;
  return repetitions <= 1 && PLAIN.test(source) ? new RegExp(source) : null;
}

/** What is wrong with an RE2 expression, in words for the person who typed it, or null where it is fine. */
export function regexProblem(source: string): string | null {
  if (source === "") return "the expression is empty: write .* for everything";
  if (source.length > MAX_PATTERN_LENGTH) return `the expression is longer than ${MAX_PATTERN_LENGTH} characters`;
  try {
    RE2JS.compile(source);
    return null;
  } catch (error) {
    const detail = error instanceof Error ? error.message.replace(/^error parsing regexp:\s*/i, "") : String(error);
    return `not an RE2 expression (${detail}); look-around and back-references are not supported`;
  }
}

/** Escapes a text so that it stands for itself inside an RE2 expression. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
