import { compileRegex, escapeRegex, type Regex, type Span } from "@/lib/regex";

const MAX_GLOB_LENGTH = 256;
const MAX_ALTERNATIVES = 64;

export interface Glob {
  /** True where the whole text matches: a glob is always anchored. */
  test(text: string): boolean;
  /** The parts of a text that match letter by letter, wildcards left out; null where the whole text does not match. */
  find(text: string): Span[] | null;
  /** Where it would be found if it were not anchored; null where it is found nowhere. */
  findInside(text: string): Span | null;
}

/**
 * Compiles a glob: `*` and `?` stay inside one path component, `**` as a whole component crosses them, `{a,b}` are alternatives,
 * `[abc]`, `[a-z]` and `[!a]` are classes, a backslash takes the next character as it is. `web/**` is what lies below `web`, not `web`.
 * It becomes an RE2 expression, since globs compiled to back-tracking expressions let one pattern stall everybody.
 * Throws an Error whose message says what is wrong.
 */
export function compileGlob(pattern: string): Glob {
  if (!/[*?[\]{}\\]/.test(pattern)) {
    const problem = globProblem(pattern);
    if (problem !== null) throw new Error(problem);
    return {
      test: (text) => text === pattern,
      find: (text) => (text === pattern ? [[0, text.length]] : null),
      findInside(text) {
        const at = text.indexOf(pattern);
        return at < 0 ? null : [at, at + pattern.length];
      },
    };
  }
  const expressions = compileAlternatives(pattern);
  const quick = quickTest(pattern);
  // Compiled once somebody asks where: what only tests names, by the million, has no use for them.
  let marking: Regex[] | undefined;
  let unanchored: Regex[] | undefined;
  return {
    test: quick ?? ((text) => expressions.some((expression) => expression.test(text))),
    find(text) {
      marking ??= expandBraces(pattern).map((one) => compileRegex(`^${translate(one, true)}$`));
      for (const expression of marking) {
        const found = expression.find(text);
        if (found !== null) return gapsBetween(found.groups, text.length);
      }
      return null;
    },
    findInside(text) {
      unanchored ??= expandBraces(pattern).map((one) => compileRegex(translate(one)));
      let longest: Span | null = null;
      for (const expression of unanchored) {
        const span = expression.find(text)?.match;
        if (span !== undefined && (longest === null || span[1] - span[0] > longest[1] - longest[0])) longest = span;
      }
      return longest;
    },
  };
}

/** The globs that nearly everybody writes, without an expression: a plan tests millions of names. Null for all others. */
function quickTest(pattern: string): ((text: string) => boolean) | null {
  if (pattern === "**") return () => true;
  const below = /^([^*?[\]{}\\]+\/)\*\*$/.exec(pattern)?.[1];
  if (below !== undefined) return (text) => text.length > below.length && text.startsWith(below);
  return /[[\]{}\\]|(^|\/)\*{2,}(\/|$)/.test(pattern) ? null : (text) => matchesWildcards(pattern, text);
}

const STAR = 42;
const QUESTION_MARK = 63;
const SLASH = 47;

/** `*` and `?` alone. Going back to the last star is enough, so that it takes at most pattern × text steps. */
function matchesWildcards(pattern: string, text: string): boolean {
  let at = 0;
  let inText = 0;
  let star = -1;
  let mark = 0;
  while (inText < text.length) {
    const wanted = at < pattern.length ? pattern.charCodeAt(at) : -1;
    const given = text.charCodeAt(inText);
    if (wanted === STAR) {
      star = at++;
      mark = inText;
    } else if (wanted === given || (wanted === QUESTION_MARK && given !== SLASH)) {
      at++;
      inText++;
    } else if (star >= 0 && text.charCodeAt(mark) !== SLASH) {
      inText = ++mark;
      at = star + 1;
    } else return false;
  }
  while (pattern.charCodeAt(at) === STAR) at++;
  return at === pattern.length;
}

/** What is wrong with a glob, in words for the person who typed it, or null where it is fine. */
export function globProblem(pattern: string): string | null {
  if (pattern === "") return "the pattern is empty: write ** for everything";
  if (pattern.length > MAX_GLOB_LENGTH) return `the pattern is longer than ${MAX_GLOB_LENGTH} characters`;
  if (pattern.startsWith("!")) return "a pattern cannot start with “!”: put it under “exclude” instead";
  try {
    compileAlternatives(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function compileAlternatives(pattern: string): Regex[] {
  if (pattern === "" || pattern.length > MAX_GLOB_LENGTH || pattern.startsWith("!")) {
    throw new Error(globProblem(pattern) ?? "not a glob");
  }
  // Each alternative is an expression of its own: together they could pass RE2's length limit.
  return expandBraces(pattern).map((alternative) => compileRegex(`^${translate(alternative)}$`));
}

/** What lies between wildcards: the literal parts. */
function gapsBetween(wildcards: readonly Span[], length: number): Span[] {
  const gaps: Span[] = [];
  let from = 0;
  for (const [start, end] of [...wildcards, [length, length] as Span]) {
    if (start > from) gaps.push([from, start]);
    from = Math.max(from, end);
  }
  return gaps;
}

/** Writes out `{a,b{c,d}}` as the list of its alternatives. */
function expandBraces(pattern: string): string[] {
  const open = indexOutsideEscapes(pattern, "{", 0);
  if (open < 0) {
    if (indexOutsideEscapes(pattern, "}", 0) >= 0) throw new Error("a “}” has no “{” before it");
    return [pattern];
  }
  if (indexOutsideEscapes(pattern.slice(0, open), "}", 0) >= 0) throw new Error("a “}” has no “{” before it");
  const options: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === "\\") at++;
    else if (character === "{") depth++;
    else if (character === "," && depth === 1) {
      options.push(pattern.slice(start, at));
      start = at + 1;
    } else if (character === "}" && --depth === 0) {
      options.push(pattern.slice(start, at));
      if (options.length < 2) throw new Error("braces hold alternatives, at least two: {a,b}");
      return joinAlternatives(pattern.slice(0, open), options, pattern.slice(at + 1));
    }
  }
  throw new Error("a “{” is never closed");
}

function joinAlternatives(head: string, options: string[], tail: string): string[] {
  const tails = expandBraces(tail);
  const bodies = options.flatMap((option) => expandBraces(option));
  if (bodies.length * tails.length > MAX_ALTERNATIVES) {
    throw new Error(`the braces stand for more than ${MAX_ALTERNATIVES} alternatives: use several patterns`);
  }
  return bodies.flatMap((body) => tails.map((rest) => head + body + rest));
}

function indexOutsideEscapes(text: string, wanted: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === wanted) return at;
  }
  return -1;
}

/** `isMarking`: each wildcard becomes a group, so that what lies between them can be told. */
function translate(glob: string, isMarking = false): string {
  const wildcard = (expression: string) => (isMarking ? `(${expression})` : expression);
  let out = "";
  let at = 0;
  while (at < glob.length) {
    const character = glob.charAt(at);
    if (character === "*") {
      const end = endOfStars(glob, at);
      const isComponent = (at === 0 || glob[at - 1] === "/") && (end === glob.length || glob[end] === "/");
      if (!isComponent || end - at < 2) {
        out += wildcard("[^/]*");
        at = end;
      } else if (end === glob.length) {
        out += wildcard(at === 0 ? ".*" : ".+");
        at = end;
      } else {
        out += wildcard("(?:.*/)?");
        at = end + 1;
      }
    } else if (character === "?") {
      out += wildcard("[^/]");
      at++;
    } else if (character === "[") {
      const end = endOfClass(glob, at);
      out += wildcard(translateClass(glob.slice(at + 1, end)));
      at = end + 1;
    } else if (character === "\\") {
      if (at + 1 === glob.length) throw new Error("a backslash at the end escapes nothing");
      out += escapeRegex(glob.charAt(at + 1));
      at += 2;
    } else {
      out += escapeRegex(character);
      at++;
    }
  }
  return out;
}

function endOfStars(glob: string, from: number): number {
  let end = from;
  while (glob[end] === "*") end++;
  return end;
}

function endOfClass(glob: string, open: number): number {
  const end = glob.indexOf("]", open + 1);
  if (end < 0) throw new Error("a “[” is never closed");
  return end;
}

function translateClass(body: string): string {
  const isNegated = body.startsWith("!") || body.startsWith("^");
  const members = isNegated ? body.slice(1) : body;
  if (members === "") throw new Error("a class needs at least one character: [abc]");
  if (members.includes("/")) throw new Error("a class cannot hold “/”: it never crosses path components");
  const escaped = members.replace(/[\\^[\]&~]/g, "\\$&");
  return isNegated ? `[^/${escaped}]` : `[${escaped}]`;
}
