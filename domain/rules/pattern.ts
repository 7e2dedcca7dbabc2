import { z } from "zod";
import { compileGlob, globProblem } from "@/lib/glob";
import { compileRegex, regexProblem } from "@/lib/regex";
import { compileSemverRange, semverRangeProblem } from "@/lib/semver-range";

const MAX_PATTERNS = 20;

const value = z.string({ error: "is missing: write the pattern as text" });

const globSchema = z.strictObject({ kind: z.literal("glob"), value: checked(value, globProblem) });
const regexSchema = z.strictObject({ kind: z.literal("regex"), value: checked(value, regexProblem) });
const semverSchema = z.strictObject({ kind: z.literal("semver"), value: checked(value, semverRangeProblem) });

/** A glob matches whole names; a regex is RE2 and found anywhere unless anchored with ^ and $; semver is a range that a tag's version lies in. */
export const patternSchema = z.discriminatedUnion("kind", [globSchema, regexSchema, semverSchema], {
  error: "choose what kind of pattern it is: glob, regex or semver",
});
export type Pattern = z.infer<typeof patternSchema>;

const repositoryPatternSchema = z.discriminatedUnion("kind", [globSchema, regexSchema], {
  error: "choose what kind of pattern it is: glob or regex (a repository's name is no version)",
});

/** Any of include (an empty list includes everything), none of exclude. */
export const tagSelectorSchema = z.strictObject({
  include: listOf(patternSchema),
  exclude: listOf(patternSchema),
});
export const repositorySelectorSchema = z.strictObject({
  include: listOf(repositoryPatternSchema),
  exclude: listOf(repositoryPatternSchema),
});
export type NameSelector = z.infer<typeof tagSelectorSchema>;

/** Compiles a selector into a test of one name. Throws an Error where a pattern is wrong; a validated rule's never are. */
export function compileNameSelector(selector: NameSelector): (name: string) => boolean {
  const include = selector.include.map(compilePattern);
  const exclude = selector.exclude.map(compilePattern);
  return (name) => (include.length === 0 || isAny(include, name)) && !isAny(exclude, name);
}

/** Whether any test takes a name. A loop, as this is asked of each tag by each rule, millions of times. */
function isAny(tests: readonly ((name: string) => boolean)[], name: string): boolean {
  for (const test of tests) if (test(name)) return true;
  return false;
}

function compilePattern(pattern: Pattern): (name: string) => boolean {
  const compiled = {
    glob: compileGlob,
    regex: compileRegex,
    semver: compileSemverRange,
  }[pattern.kind](pattern.value);
  return (name) => compiled.test(name);
}

function listOf<T extends z.ZodType>(schema: T) {
  return z
    .array(schema, { error: "is missing: give a list of patterns, which may be empty" })
    .max(MAX_PATTERNS, `use at most ${MAX_PATTERNS} patterns`);
}

function checked(schema: z.ZodString, problemOf: (text: string) => string | null) {
  return schema.superRefine((text, context) => {
    const problem = problemOf(text);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  });
}
