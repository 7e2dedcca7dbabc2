import { cronInWords } from "@/lib/cron";
import type { NameSelector, Pattern } from "./pattern";
import type { Predicate, SimplePredicate } from "./predicate";
import type { RuleDefinition, Schedule, Select } from "./rule";
import { bestOf, countOf, listInWords, quoted } from "./words";

const NOUN: Record<Select["kinds"], string> = {
  image: "images",
  chart: "charts",
  other: "other artifacts",
  any: "artifacts",
};

/**
 * A rule in words, without schedule: “Reclaim images of `web/**` tagged `pr-*`, idle for 14 days, beyond the 3 newest”,
 * “Reclaim images that are untagged, or older than 90 days and beyond the 5 newest”.
 */
export function ruleSentence(rule: Pick<RuleDefinition, "effect" | "select" | "when">): string {
  const { select, when } = rule;
  const verb = rule.effect === "reclaim" ? "Reclaim" : "Protect";
  const saysUntagged = when.some((predicate) => predicate.kind === "idle" && predicate.clock === "untaggedSince");
  const untagged = select.state === "untagged" && !saysUntagged ? "untagged " : "";
  const head = `${verb} ${untagged}${NOUN[select.kinds]}${selectorText(" of", select.repositories)}${tagsText(select)}`;
  const [only] = when;
  if (when.length === 1 && only?.kind === "anyOf") return `${head} that are ${anyOfText(only.groups)}`;
  return [head, ...when.map(predicateText)].join(", ");
}

/** When a rule runs, in words: “Runs by hand”, “At 03:00, only on Sunday (Europe/Berlin)”, “When 80 % of the quota is used”. */
export function scheduleText(schedule: Schedule): string {
  switch (schedule.kind) {
    case "manual":
      return "Runs by hand";
    case "cron":
      return cronInWords(schedule);
    case "onQuota":
      return `When ${schedule.percent} % of the quota is used`;
  }
}

function tagsText({ state, tags }: Select): string {
  const { include, exclude } = tags;
  // Patterns never decide on untagged images; where both are meant, the sentence says so.
  const orUntagged = state === "any" && include.length + exclude.length > 0 ? " or untagged" : "";
  if (include.length > 0) return `${selectorText(" tagged", tags)}${orUntagged}`;
  if (exclude.length > 0) return ` tagged anything${exceptText(exclude)}${orUntagged}`;
  return state === "tagged" ? " with a tag" : "";
}

function selectorText(lead: string, { include, exclude }: NameSelector): string {
  if (include.length === 0 && exclude.length === 0) return "";
  const names = include.length === 0 ? " any repository" : ` ${listInWords(include.map(patternText), "or")}`;
  return `${lead}${names}${exceptText(exclude)}`;
}

function exceptText(exclude: readonly Pattern[]): string {
  return exclude.length === 0 ? "" : ` except ${listInWords(exclude.map(patternText), "and")}`;
}

/** A pattern in a sentence: `` `web/**` ``, `` `/^v/` ``, version `` `>=1` ``. */
export function patternText({ kind, value }: Pattern): string {
  switch (kind) {
    case "glob":
      return quoted(value);
    case "regex":
      return quoted(`/${value}/`);
    case "semver":
      return `version ${quoted(value)}`;
  }
}

function predicateText(predicate: Predicate): string {
  return predicate.kind === "anyOf" ? anyOfText(predicate.groups) : simpleText(predicate);
}

function anyOfText(groups: readonly (readonly SimplePredicate[])[]): string {
  return groups.map((group) => group.map(simpleText).join(" and ")).join(", or ");
}

function simpleText(predicate: SimplePredicate): string {
  switch (predicate.kind) {
    case "idle": {
      const days = countOf(predicate.days, "day", "days");
      return {
        pushed: `older than ${days}`,
        active: `idle for ${days}`,
        created: `built more than ${days} ago`,
        untaggedSince: `untagged for ${days}`,
      }[predicate.clock];
    }
    case "within": {
      const verb = { pushed: "pushed", active: "used", created: "built", untaggedSince: "untagged" }[predicate.clock];
      return `${verb} in the last ${countOf(predicate.days, "day", "days")}`;
    }
    case "beyond":
    case "among": {
      const per = predicate.groupBy === undefined ? "" : ` of each ${quoted(`/${predicate.groupBy}/`)}`;
      return `${predicate.kind} the ${bestOf(predicate.n, predicate.order)}${per}`;
    }
    case "untagged":
      return "untagged";
  }
}
