import { globProblem } from "@/lib/glob";
import type { HarborRule, HarborSelector } from "./harbor-policy";
import type { Pattern } from "./pattern";
import type { Predicate } from "./predicate";
import type { Select } from "./rule";
import { countOf, quoted } from "./words";

/** info = good to know; changes = what it does is not quite the same here; lost = a part has no counterpart. */
export interface ImportNote {
  kind: "info" | "changes" | "lost";
  text: string;
}

/** What a Harbor rule keeps, in our words. */
export interface HarborKeep {
  name: string;
  select: Select;
  when: Predicate[];
}

export interface ReadHarborRule {
  text: string;
  isDisabled: boolean;
  /** null = it keeps nothing that can be said here */
  keep: HarborKeep | null;
  /** Repositories that it touches, and Harbor therefore clears of everything else; null = none, or it cannot be read. */
  repositories: Select["repositories"] | null;
  /** It may keep something that is not carried over. */
  isLost: boolean;
  notes: ImportNote[];
}

interface Template {
  /** What Harbor takes where the parameter is missing. */
  fallback: number | null;
  when(n: number): Predicate[] | null;
  name(n: number): string;
  note?: string;
}

const USED_NOTE =
  "Harbor takes an image that was never pulled for one that nobody ever used. Here it counts from its push, so that a fresh one is kept";

const TEMPLATES: Record<string, Template> = {
  always: { fallback: null, when: () => [], name: () => "Keep always" },
  nothing: { fallback: null, when: () => null, name: () => "Keep nothing" },
  latestPushedK: count("pushed", "newest"),
  latestPulledN: {
    ...count("active", "most recently used"),
    note: `${USED_NOTE}, in place of one that was pulled before that.`,
  },
  latestActiveK: count("active", "most recently used"),
  nDaysSinceLastPush: days("pushed", "pushed"),
  lastXDays: days("pushed", "pushed"),
  nDaysSinceLastPull: { ...days("active", "used"), note: `${USED_NOTE}.` },
};

const DAYS_MAX = 36_500;
const COUNT_MAX = 100_000;

/** Reads one rule of a Harbor policy: what it keeps, where, and what is not the same here. */
export function readHarborRule(rule: HarborRule, prefix: string): ReadHarborRule {
  const notes: ImportNote[] = [];
  const isDisabled = rule.disabled ?? false;
  const repositories = selectorOf(rule.scope_selectors?.repository ?? [], "repository", notes, prefix);
  const tags = selectorOf(rule.tag_selectors ?? [], "tag", notes);
  const template = TEMPLATES[rule.template];
  const n = template === undefined ? 0 : parameterOf(rule, template, notes);
  const text = describe(rule, template, n);
  if (isDisabled)
    notes.push({ kind: "info", text: "It is disabled in Harbor, and stays disabled: what it touches is not cleared." });
  const lost = (why: string): ReadHarborRule => {
    notes.push({ kind: "lost", text: why });
    return { text, isDisabled, keep: null, repositories: null, isLost: true, notes };
  };
  if (rule.action !== undefined && rule.action !== "retain")
    return lost(`It does not keep: “${rule.action}” is not known here.`);
  if (template === undefined)
    return lost(`“${rule.template}” is not known here. What it keeps would be lost, so check it first.`);
  if (repositories === null)
    return lost("Which repositories it is about cannot be said here, so it is left out whole.");
  const when = template.when(n);
  if (when === null) return { text, isDisabled, keep: null, repositories, isLost: false, notes };
  if (tags === null)
    return lost("Which tags it keeps cannot be said here. What it keeps would be lost, so it is left out whole.");
  if (template.note !== undefined) notes.push({ kind: "changes", text: template.note });
  const state = stateOf(rule, notes);
  if (state === "any" && when.some((predicate) => predicate.kind === "among")) {
    notes.push({
      kind: "changes",
      text: "Untagged images take no place among the newest here: more tagged ones are kept.",
    });
  }
  const select: Select = { repositories, tags, state, kinds: "any" };
  return {
    text,
    isDisabled,
    keep: { name: `${template.name(n)}${namesOf(select)}`, select, when },
    repositories,
    isLost: false,
    notes,
  };
}

function count(order: "pushed" | "active", words: string): Template {
  return {
    fallback: 10,
    when: (n) => [{ kind: "among", n: Math.min(n, COUNT_MAX), order }],
    name: (n) => `Keep the ${n} ${words}`,
  };
}

function days(clock: "pushed" | "active", verb: string): Template {
  return {
    fallback: 30,
    when: (n) => [{ kind: "within", days: Math.min(n, DAYS_MAX), clock }],
    name: (n) => `Keep what was ${verb} in the last ${countOf(n, "day", "days")}`,
  };
}

/** Harbor fills in what is missing or wrong without a word; we say it. */
function parameterOf(rule: HarborRule, { fallback }: Template, notes: ImportNote[]): number {
  if (fallback === null) return 0;
  const value = rule.params?.[rule.template];
  const given = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof given === "number" && Number.isInteger(given) && given >= 0) return given;
  notes.push({
    kind: "changes",
    text: `Its number is missing or wrong; Harbor silently takes ${fallback}, and so does this rule.`,
  });
  return fallback;
}

/** Harbor applies the selectors of a rule one after the other. Null where that cannot be said here. */
function selectorOf(
  selectors: readonly HarborSelector[],
  what: "repository" | "tag",
  notes: ImportNote[],
  prefix?: string,
): { include: GlobPattern[]; exclude: GlobPattern[] } | null {
  const include: GlobPattern[] = [];
  const exclude: GlobPattern[] = [];
  for (const { kind = "doublestar", decoration = "", pattern = "" } of selectors) {
    const isExclude = /excludes$/i.test(decoration);
    if (kind !== "doublestar" || (!isExclude && !/matches$/i.test(decoration))) {
      notes.push({ kind: "lost", text: `The ${what} selector “${kind} ${decoration} ${pattern}” is not known here.` });
      return null;
    }
    const value = prefix === undefined ? pattern : `${literal(prefix)}/${pattern}`;
    const problem = pattern === "" ? "the pattern is empty" : globProblem(value);
    if (problem !== null) {
      notes.push({ kind: "lost", text: `The ${what} pattern ${quoted(pattern)} cannot be read: ${problem}.` });
      return null;
    }
    if (isExclude) exclude.push({ kind: "glob", value });
    else if (pattern !== "**") include.push({ kind: "glob", value });
  }
  if (what === "tag" && include.length + exclude.length > 1) {
    // An image with one tag for each selector is kept there; here one tag would have to suit all of them.
    notes.push({
      kind: "lost",
      text: "Harbor asks each of its tag selectors of any tag of an image, here one and the same tag would have to suit all of them: images that Harbor keeps would go.",
    });
    return null;
  }
  if (include.length > 1) {
    notes.push({
      kind: "lost",
      text: "It asks for repositories that match several patterns at once.",
    });
    return null;
  }
  return { include, exclude };
}

type GlobPattern = Extract<Pattern, { kind: "glob" }>;

function literal(prefix: string): string {
  return prefix.replace(/[*?[\]{}\\]/g, "\\$&");
}

/** “matches” takes untagged images too unless it says otherwise, “excludes” never does. */
function stateOf(rule: HarborRule, notes: ImportNote[]): Select["state"] {
  for (const { decoration = "", extras } of rule.tag_selectors ?? []) {
    if (/excludes$/i.test(decoration)) return "tagged";
    if (extras === undefined || extras === "") continue;
    try {
      const parsed: unknown = JSON.parse(extras);
      if (typeof parsed === "object" && parsed !== null && "untagged" in parsed)
        return parsed.untagged === false ? "tagged" : "any";
    } catch {
      notes.push({
        kind: "changes",
        text: `The extras ${quoted(extras)} cannot be read: untagged images are kept too.`,
      });
    }
  }
  return "any";
}

function namesOf({ repositories, tags }: Select): string {
  const tagText = [
    ...tags.include.map((pattern) => ` ${pattern.value}`),
    ...(tags.exclude.length > 0 ? [` but ${tags.exclude.map((pattern) => pattern.value).join(", ")}`] : []),
  ].join("");
  const where = [
    ...repositories.include.map((pattern) => pattern.value),
    ...repositories.exclude.map((pattern) => `not ${pattern.value}`),
  ];
  return `${tagText === "" ? "" : `:${tagText}`}${where.length === 0 ? "" : ` in ${where.join(", ")}`}`;
}

function describe(rule: HarborRule, template: Template | undefined, n: number): string {
  const what =
    template === undefined
      ? `${rule.action ?? "retain"} ${rule.template}`
      : template.name(n).replace(/^Keep/, "Retain");
  const selectors = [...(rule.scope_selectors?.repository ?? []), ...(rule.tag_selectors ?? [])];
  const where = selectors.map(({ decoration = "", pattern = "" }) => `${decoration} ${quoted(pattern)}`);
  return [what, ...where].join(", ");
}
