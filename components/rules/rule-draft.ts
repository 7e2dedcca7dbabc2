import { z } from "zod";
import { ruleNameSchema } from "@/contracts/rules";

import { CLOCKS, ORDERS, type Predicate, type SimplePredicate } from "@/domain/rules/predicate";
import { EFFECTS, type RuleDefinition, ruleDefinitionSchema, SELECTED_KINDS, TAG_STATES } from "@/domain/rules/rule";

/*
 * A rule while it is being written: numbers are text as typed, so that an empty or half-typed one is kept and shown as it is.
 * What it means is decided by `ruleDefinitionSchema` alone; paths of its errors are paths of this draft.
 */
const patternDraftSchema = z.object({ kind: z.enum(["glob", "regex", "semver"]), value: z.string() });
const selectorDraftSchema = z.object({ include: z.array(patternDraftSchema), exclude: z.array(patternDraftSchema) });
const conditionDraftSchema = z.object({
  kind: z.enum(["idle", "within", "beyond", "among", "untagged"]),
  days: z.string(),
  clock: z.enum(CLOCKS),
  n: z.string(),
  order: z.enum(ORDERS),
  groupBy: z.string(),
});
const anyOfDraftSchema = z.object({ kind: z.literal("anyOf"), groups: z.array(z.array(conditionDraftSchema)) });

export const ruleDraftSchema = z.object({
  name: z.string(),
  isEnabled: z.boolean(),
  effect: z.enum(EFFECTS),
  repositories: selectorDraftSchema,
  tags: selectorDraftSchema,
  state: z.enum(TAG_STATES),
  kinds: z.enum(SELECTED_KINDS),
  when: z.array(z.union([conditionDraftSchema, anyOfDraftSchema])),
  schedule: z.object({
    kind: z.enum(["manual", "cron", "onQuota"]),
    expression: z.string(),
    timeZone: z.string(),
    percent: z.string(),
  }),
  limits: z.object({
    maxItems: z.string(),
    maxBytes: z.string(),
    bytesUnit: z.enum(["MiB", "GiB"]),
    maxPercentOfRepository: z.string(),
  }),
  allowLastArtifact: z.boolean(),
});
export type RuleDraft = z.infer<typeof ruleDraftSchema>;
export type PatternDraft = z.infer<typeof patternDraftSchema>;
export type ConditionDraft = z.infer<typeof conditionDraftSchema>;
export type AnyOfDraft = z.infer<typeof anyOfDraftSchema>;
export type WhenDraft = RuleDraft["when"][number];

const UNIT_BYTES = { MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** A condition as it is first shown: its numbers are empty, because nothing is assumed. */
export function emptyCondition(kind: ConditionDraft["kind"] = "idle"): ConditionDraft {
  return { kind, days: "", clock: "pushed", n: "", order: "pushed", groupBy: "" };
}

/** A rule of which nothing is written yet, in the time zone of whoever writes it. */
export function emptyDraft(timeZone: string): RuleDraft {
  return {
    name: "",
    isEnabled: true,
    effect: "reclaim",
    repositories: { include: [], exclude: [] },
    tags: { include: [], exclude: [] },
    state: "any",
    kinds: "image",
    when: [emptyCondition()],
    schedule: { kind: "manual", expression: "0 3 * * *", timeZone, percent: "" },
    limits: { maxItems: "", maxBytes: "", bytesUnit: "GiB", maxPercentOfRepository: "" },
    allowLastArtifact: false,
  };
}

/** A saved rule (or a template) as a draft to go on writing. */
export function draftOf(
  rule: { name: string; isEnabled: boolean; definition: RuleDefinition },
  timeZone: string,
): RuleDraft {
  const { effect, select, when, schedule, limits, allowLastArtifact } = rule.definition;
  const bytesUnit = limits.maxBytes !== undefined && limits.maxBytes % UNIT_BYTES.GiB === 0 ? "GiB" : "MiB";
  return {
    name: rule.name,
    isEnabled: rule.isEnabled,
    effect,
    repositories: structuredClone(select.repositories),
    tags: structuredClone(select.tags),
    state: select.state,
    kinds: select.kinds,
    when: when.map(conditionOf),
    schedule: {
      kind: schedule.kind,
      expression: schedule.kind === "cron" ? schedule.expression : "0 3 * * *",
      timeZone: schedule.kind === "cron" ? schedule.timeZone : timeZone,
      percent: schedule.kind === "onQuota" ? String(schedule.percent) : "",
    },
    limits: {
      maxItems: text(limits.maxItems),
      maxBytes: limits.maxBytes === undefined ? "" : String(limits.maxBytes / UNIT_BYTES[bytesUnit]),
      bytesUnit: limits.maxBytes === undefined ? "GiB" : bytesUnit,
      maxPercentOfRepository: text(limits.maxPercentOfRepository),
    },
    allowLastArtifact,
  };
}

function conditionOf(predicate: Predicate): WhenDraft {
  return predicate.kind === "anyOf"
    ? { kind: "anyOf", groups: predicate.groups.map((group) => group.map(simpleOf)) }
    : simpleOf(predicate);
}

function simpleOf(predicate: SimplePredicate): ConditionDraft {
  const draft = emptyCondition(predicate.kind);
  if ("days" in predicate) return { ...draft, days: String(predicate.days), clock: predicate.clock };
  if ("n" in predicate) {
    return { ...draft, n: String(predicate.n), order: predicate.order, groupBy: predicate.groupBy ?? "" };
  }
  return draft;
}

function text(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}

export type DraftProblems = Readonly<Record<string, string>>;

/**
 * What the draft says as a definition, or what is wrong with it by path ("when.0.days", "name"). Paths are those of the definition,
 * and so of the draft but for `select.`, which the draft has no level for.
 */
export function readDraft(
  draft: RuleDraft,
): { isValid: true; name: string; definition: RuleDefinition } | { isValid: false; problems: DraftProblems } {
  const definition = ruleDefinitionSchema.safeParse(rawDefinition(draft));
  const name = ruleNameSchema.safeParse(draft.name);
  if (definition.success && name.success) return { isValid: true, name: name.data, definition: definition.data };
  const problems: Record<string, string> = {};
  for (const issue of definition.error?.issues ?? []) {
    problems[issue.path.filter((part, index) => !(index === 0 && part === "select")).join(".")] ??= issue.message;
  }
  if (!name.success) problems.name = name.error.issues[0]?.message ?? "give the rule a name";
  return { isValid: false, problems };
}

/** Not those of sizes and shares: of "0.5" the beginning is wrong. */
const WRITTEN_FIELDS = /(?:^name|\.(?:value|groupBy|expression|timeZone|percent|days|n|maxItems))$/;

/**
 * Whether a field holds something (a name, a number, a pattern, a schedule) that somebody wrote: what is wrong with it is said at once, while
 * an empty field may still be filled in.
 */
export function isWritten(draft: RuleDraft, path: string): boolean {
  if (!WRITTEN_FIELDS.test(path)) return false;
  const value = path
    .split(".")
    .reduce<unknown>((at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined), draft);
  return typeof value === "string" && value.trim() !== "";
}

/** The definition without what is not yet right, so that the rule can be put in words while it is written; null when nothing is left. */
export function readableDefinition(draft: RuleDraft): RuleDefinition | null {
  const usable = (patterns: readonly PatternDraft[]) => patterns.filter((pattern) => pattern.value !== "");
  const whole = (when: readonly WhenDraft[]) => when.filter((condition) => isReadable(draft, condition));
  const candidate: RuleDraft = {
    ...draft,
    repositories: { include: usable(draft.repositories.include), exclude: usable(draft.repositories.exclude) },
    tags: { include: usable(draft.tags.include), exclude: usable(draft.tags.exclude) },
    when: whole(
      draft.when.map((condition) =>
        condition.kind === "anyOf"
          ? {
              ...condition,
              groups: condition.groups
                .map((group) => group.filter((each) => isReadable(draft, each)))
                .filter((group) => group.length > 0),
            }
          : condition,
      ),
    ),
  };
  const asWritten = ruleDefinitionSchema.safeParse(rawDefinition(candidate));
  if (asWritten.success) return asWritten.data;
  const manual = {
    ...candidate,
    schedule: { ...candidate.schedule, kind: "manual" as const },
    limits: emptyDraft("UTC").limits,
  };
  return ruleDefinitionSchema.safeParse(rawDefinition(manual)).data ?? null;
}

function isReadable(draft: RuleDraft, condition: WhenDraft): boolean {
  if (condition.kind === "anyOf" && condition.groups.length === 0) return false;
  const alone: RuleDraft = { ...emptyDraft("UTC"), state: draft.state, when: [condition] };
  return ruleDefinitionSchema.safeParse(rawDefinition(alone)).success;
}

/** What the rule looks at and asks, as far as it is written, in the shape of a definition; unchecked. */
export function rawRule(draft: RuleDraft) {
  return {
    effect: draft.effect,
    select: { repositories: draft.repositories, tags: draft.tags, state: draft.state, kinds: draft.kinds },
    when: draft.when.map((condition) =>
      condition.kind === "anyOf"
        ? { kind: "anyOf", groups: condition.groups.map((group) => group.map(rawCondition)) }
        : rawCondition(condition),
    ),
  };
}

/** Few images are smaller: a limit below that is more often a wrong unit than meant. */
const SMALL_IMAGE_BYTES = UNIT_BYTES.MiB;

/** What is valid and maybe not meant of the size that a run may take. */
export function sizeLimitNote({ kinds, limits }: RuleDraft): string | undefined {
  const bytes = number(limits.maxBytes);
  if (bytes === undefined || !(bytes > 0) || kinds !== "image") return undefined;
  return bytes * UNIT_BYTES[limits.bytesUnit] < SMALL_IMAGE_BYTES
    ? "Less than most images have: one that is larger never goes."
    : undefined;
}

/** The draft in the shape of a definition, unchecked: what is not a number stays none, for the schema to say so. */
function rawDefinition(draft: RuleDraft): unknown {
  const { schedule, limits } = draft;
  const bytes = number(limits.maxBytes);
  return {
    ...rawRule(draft),
    schedule:
      schedule.kind === "cron"
        ? { kind: "cron", expression: schedule.expression.trim(), timeZone: schedule.timeZone.trim() }
        : schedule.kind === "onQuota"
          ? { kind: "onQuota", percent: number(schedule.percent) }
          : { kind: "manual" },
    limits: {
      ...limit("maxItems", number(limits.maxItems)),
      ...limit("maxBytes", bytes === undefined ? undefined : Math.round(bytes * UNIT_BYTES[limits.bytesUnit])),
      ...limit("maxPercentOfRepository", number(limits.maxPercentOfRepository)),
    },
    allowLastArtifact: draft.allowLastArtifact,
  };
}

function rawCondition(condition: ConditionDraft): unknown {
  switch (condition.kind) {
    case "idle":
    case "within":
      return { kind: condition.kind, days: number(condition.days), clock: condition.clock };
    case "beyond":
    case "among":
      return {
        kind: condition.kind,
        n: number(condition.n),
        order: condition.order,
        ...(condition.groupBy === "" ? {} : { groupBy: condition.groupBy }),
      };
    case "untagged":
      return { kind: "untagged" };
  }
}

/** The number that was typed; undefined where nothing was, NaN where it is none. */
function number(typed: string): number | undefined {
  return typed.trim() === "" ? undefined : Number(typed);
}

function limit(name: string, value: number | undefined): Record<string, number> {
  return value === undefined ? {} : { [name]: value };
}
