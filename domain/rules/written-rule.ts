import { z } from "zod";
import type { Pattern } from "./pattern";
import { patternSchema } from "./pattern";
import { type Predicate, predicateSchema } from "./predicate";
import { EFFECTS, type RuleDefinition, ruleDefinitionSchema, ruleProblems, SELECTED_KINDS, TAG_STATES } from "./rule";

/** A pattern as it was typed. A wrong one finds nothing. */
export interface WrittenPattern {
  /** `select.tags.include[0]` */
  path: string;
  pattern: Pattern;
  isWrong: boolean;
}

export interface WrittenSelector {
  include: WrittenPattern[];
  exclude: WrittenPattern[];
}

/** A rule as far as it is written. */
export interface WrittenRule {
  /** What can be read of it; wrong patterns stand in it as they were typed, wrong conditions do not. */
  definition: RuleDefinition;
  repositories: WrittenSelector;
  tags: WrittenSelector;
  /** Where each condition that can be read stands: `when[1]`. */
  whenPaths: string[];
  /** Why it cannot be saved as it is. */
  problems: { path: string; message: string }[];
}

const typedPattern = z.object({ kind: z.enum(["glob", "regex", "semver"]), value: z.string() });

/**
 * Reads a rule while somebody types it: what is missing or wrong is left out and told by path, the rest means what it will mean when it is
 * saved. A blank pattern is as if it were not there, a wrong one finds nothing, and a state or kind that is missing leaves nothing out.
 */
export function readWrittenRule(input: { effect?: unknown; select?: unknown; when?: unknown }): WrittenRule {
  const rest = { schedule: { kind: "manual" as const }, limits: {}, allowLastArtifact: false };
  const parsed = ruleDefinitionSchema.safeParse({ ...input, ...rest });
  const select = fieldsOf(input.select);
  const repositories = selectorOf(select.repositories, "select.repositories");
  const tags = selectorOf(select.tags, "select.tags");
  const when = listOf(input.when).flatMap((one, at) => {
    const predicate = predicateSchema.safeParse(one);
    return predicate.success ? [{ path: `when[${at}]`, predicate: predicate.data as Predicate }] : [];
  });
  const definition: RuleDefinition = {
    ...rest,
    effect: EFFECTS.find((effect) => effect === input.effect) ?? "reclaim",
    select: {
      repositories: typedSelector(repositories) as RuleDefinition["select"]["repositories"],
      tags: typedSelector(tags),
      state: TAG_STATES.find((state) => state === select.state) ?? "any",
      kinds: SELECTED_KINDS.find((kind) => kind === select.kinds) ?? "any",
    },
    when: when.map(({ predicate }) => predicate),
  };
  return {
    definition,
    repositories,
    tags,
    whenPaths: when.map(({ path }) => path),
    problems: parsed.success ? [] : ruleProblems(parsed.error),
  };
}

function selectorOf(value: unknown, path: string): WrittenSelector {
  const { include, exclude } = fieldsOf(value);
  return { include: patternsOf(include, `${path}.include`), exclude: patternsOf(exclude, `${path}.exclude`) };
}

function patternsOf(value: unknown, path: string): WrittenPattern[] {
  return listOf(value).flatMap((one, at) => {
    const typed = typedPattern.safeParse(one);
    if (!typed.success || typed.data.value.trim() === "") return [];
    const isWrong =
      !patternSchema.safeParse(typed.data).success ||
      (path.startsWith("select.repositories") && typed.data.kind === "semver");
    return [{ path: `${path}[${at}]`, pattern: typed.data, isWrong }];
  });
}

function typedSelector({ include, exclude }: WrittenSelector) {
  return { include: include.map((one) => one.pattern), exclude: exclude.map((one) => one.pattern) };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): unknown[] {
  // As many as a rule may have, and some: nobody is served by a test of ten thousand patterns.
  return Array.isArray(value) ? value.slice(0, 40) : [];
}
