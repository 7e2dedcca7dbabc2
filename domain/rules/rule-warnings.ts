import { compileRegex, regexProblem } from "@/lib/regex";
import { DAY_MS } from "./facts";
import { type SimplePredicate, simplePredicates } from "./predicate";
import type { RuleDefinition } from "./rule";
import { BEST_OF_ORDER, countOf, dayText } from "./words";

export interface RuleWarning {
  /** Where: `when[1]`, `when[0].groups[0][1]`, `select.tags`. */
  path: string;
  message: string;
}

/**
 * What is valid and maybe not meant: 0 that keeps nothing, pulls that were not recorded long enough, a rule that reclaims what is new.
 * `frame`: `now` and since when pulls are recorded (epoch ms; null = not at all); without it nothing is said of pulls.
 */
export function ruleWarnings(
  rule: Pick<RuleDefinition, "effect" | "select" | "when">,
  frame: { nowMs: number; pullTrackingSinceMs: number | null } | null,
): RuleWarning[] {
  const warnings = simplePredicates(rule.when).flatMap(({ predicate, path }) =>
    [
      ...countWarnings(predicate, rule.effect),
      ...directionWarnings(predicate, rule.effect),
      ...(frame === null ? [] : pullWarnings(predicate, rule.effect, frame)),
    ].map((message) => ({ path: pathIn(path), message })),
  );
  if (rule.effect === "reclaim" && rule.when.length === 0 && rule.select.tags.include.length === 0) {
    const names = rule.select.repositories.include.length === 0 ? "of this space" : "of these repositories";
    const which = { tagged: "every tagged image", untagged: "every untagged image", any: "every image" };
    warnings.push({
      path: "when",
      message: `without conditions it takes ${which[rule.select.state]} ${names}, but what is protected and what is younger than the grace period`,
    });
  }
  return warnings;
}

function countWarnings(predicate: SimplePredicate, effect: RuleDefinition["effect"]): string[] {
  if ("n" in predicate && predicate.n === 0) {
    const best = BEST_OF_ORDER[predicate.order];
    if (predicate.kind === "beyond" && effect === "reclaim") return [`with 0 none of the ${best} is kept`];
    if (predicate.kind === "among") return [`with 0 it never holds: nothing is among the 0 ${best}`];
  }
  if ("days" in predicate && predicate.days === 0) {
    if (predicate.kind === "idle") return ["with 0 days it holds for everything, however young"];
    return ["with 0 days it never holds: everything is older than this moment"];
  }
  if ("groupBy" in predicate && predicate.groupBy !== undefined && hasNoGroup(predicate.groupBy)) {
    return ["no part is in parentheses, so that all that the expression finds names the group: mark the part with ( )"];
  }
  return [];
}

function directionWarnings(predicate: SimplePredicate, effect: RuleDefinition["effect"]): string[] {
  if (effect === "reclaim" && predicate.kind === "among") {
    return [`it takes the ${BEST_OF_ORDER[predicate.order]} and leaves the rest: to keep them, choose beyond`];
  }
  if (effect === "reclaim" && predicate.kind === "within") {
    return ["it takes what is young and leaves what is old: to keep what is young, choose the older-than condition"];
  }
  if (effect === "protect" && predicate.kind === "beyond") {
    return [`it protects all but the ${BEST_OF_ORDER[predicate.order]}: to protect those, choose among`];
  }
  if (effect === "protect" && predicate.kind === "idle") {
    return ["it protects what is old, and not what is young: to protect that, choose the in-the-last condition"];
  }
  return [];
}

/** Pulls that nobody recorded look like no pulls. Until they were recorded long enough, a rule on them takes nothing. */
function pullWarnings(
  predicate: SimplePredicate,
  effect: RuleDefinition["effect"],
  { nowMs, pullTrackingSinceMs: sinceMs }: { nowMs: number; pullTrackingSinceMs: number | null },
): string[] {
  if (predicate.kind === (effect === "reclaim" ? "idle" : "within") && predicate.clock === "active") {
    const does = effect === "reclaim" ? "takes nothing" : "protects all that it is about";
    if (sinceMs === null) return [`pulls are not recorded here, so that it ${does}`];
    const untilMs = sinceMs + predicate.days * DAY_MS;
    if (nowMs > untilMs) return [];
    const days = countOf(predicate.days, "day", "days");
    return [
      `pulls are recorded only since ${dayText(sinceMs)}: until they cover ${days}, on ${dayText(untilMs)}, it ${does}`,
    ];
  }
  if ("order" in predicate && predicate.order === "active") {
    return sinceMs === null
      ? ["pulls are not recorded here, so that nobody knows what was used last"]
      : nowMs - sinceMs < 30 * DAY_MS
        ? [`pulls are recorded only since ${dayText(sinceMs)}: what was used before counts from its push`]
        : [];
  }
  return [];
}

function hasNoGroup(groupBy: string): boolean {
  return regexProblem(groupBy) === null && compileRegex(groupBy).groupCount === 0;
}

function pathIn(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : `${text}.${part}`),
    "when",
  );
}
