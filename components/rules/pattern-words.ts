import type { PatternDraft } from "./rule-draft";

const WILD = /[*?[\]{}\\]/;

/**
 * What a pattern means, in words that name the text it looks for: "begins with `pr-`". `noun` is what it is matched with. Names inside
 * backticks; an empty pattern explains its kind.
 */
export function patternInWords({ kind, value }: PatternDraft, noun: "tag" | "repository"): string {
  switch (kind) {
    case "glob":
      return globInWords(value, noun);
    case "regex":
      return regexInWords(value, noun);
    case "semver":
      return value.trim() === ""
        ? "Tags that are versions in a range, such as `>=2.0.0 <3`. Pre-releases count only where the range names one."
        : "Tags that are versions in this range; a leading `v` is read over. Pre-releases count only where the range names one.";
  }
}

function globInWords(value: string, noun: "tag" | "repository"): string {
  if (value.trim() === "") {
    return noun === "tag"
      ? "The tag itself, with `*` for any text and `{a,b}` for either."
      : "The name itself, with `*` for any text up to a `/`, `**` across it, and `{a,b}` for either.";
  }
  if (value === "**" || (value === "*" && noun === "tag")) return `Every ${noun}.`;
  if (!WILD.test(value)) return `Exactly \`${value}\`.`;
  const under = /^([^*?[\]{}\\]+)\/\*\*$/.exec(value)?.[1];
  if (under !== undefined && noun === "repository") return `Every repository under \`${under}/\`.`;
  const children = /^([^*?[\]{}\\]+)\/\*$/.exec(value)?.[1];
  if (children !== undefined && noun === "repository") return `Repositories right under \`${children}/\`, not deeper.`;
  const [head, middle, tail] = [/^([^*?[\]{}\\]+)\*$/, /^\*([^*?[\]{}\\]+)\*$/, /^\*([^*?[\]{}\\]+)$/].map(
    (shape) => shape.exec(value)?.[1],
  );
  const within = noun === "repository" ? ", with no `/` in the part that is open" : "";
  if (head !== undefined) return `Begins with \`${head}\`${within}.`;
  if (middle !== undefined) return `Contains \`${middle}\`${within}.`;
  if (tail !== undefined) return `Ends with \`${tail}\`${within}.`;
  return noun === "tag"
    ? "`*` is any text, `?` any one character, `{a,b}` either."
    : "`*` is any text up to a `/`, `**` crosses it, `{a,b}` is either.";
}

function regexInWords(value: string, noun: "tag" | "repository"): string {
  if (value.trim() === "") return "A regular expression (RE2): found anywhere unless `^` and `$` tie it to the ends.";
  const isTiedAtStart = value.startsWith("^");
  const isTiedAtEnd = /(?<!\\)(\\\\)*\$$/.test(value);
  if (isTiedAtStart && isTiedAtEnd) return `The whole ${noun} must match.`;
  if (isTiedAtStart) return `Found at the start of the ${noun}; what follows is free. End it with \`$\` for the whole.`;
  if (isTiedAtEnd)
    return `Found at the end of the ${noun}; what comes before is free. Begin it with \`^\` for the whole.`;
  return `Found anywhere in the ${noun}. \`^\` and \`$\` tie it to the ends.`;
}
