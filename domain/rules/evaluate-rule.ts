import { compileRegex } from "@/lib/regex";
import { evaluateLifecycle } from "./evaluate-lifecycle";
import { DAY_MS, type FactsFrame } from "./facts";
import { type LifecycleFact, lifecycleCovers } from "./lifecycle";
import { compileNameSelector } from "./pattern";
import type { Clock, Order, Predicate, SimplePredicate } from "./predicate";
import { type Contender, isUnknown, Ranking } from "./ranking";
import type { AppliedRule } from "./rule";
import { readClock, type Unit, type UnknownFact } from "./unit";

/** A rule with its patterns compiled, ready for any number of repositories. */
export interface CompiledRule {
  rule: AppliedRule;
  matchesRepository(name: string): boolean;
  matchesTag(name: string): boolean;
  /** By the source of `groupBy`. */
  groupers: ReadonlyMap<string, (tag: string) => string | null>;
}

/** One thing found out about an artifact; `kind` says what is true of it, whatever the rule asked. */
export type PredicateFact =
  | { kind: "idle" | "within"; clock: Clock; days: number; measuredDays: number }
  | { kind: "beyond" | "among"; n: number; order: Order; position: number; group: string | null }
  | { kind: "untagged" | "tagged" | "member" }
  | LifecycleFact
  | { kind: "unknown"; unknown: UnknownFact };

/** What a rule says of an artifact that its selector takes. */
export interface RuleOutcome {
  /** null: a fact that it needs is not known. */
  holds: boolean | null;
  /** The tags that the selector took; none for an untagged artifact. */
  tags: readonly string[];
  /** The facts that decided. */
  because: readonly PredicateFact[];
}

/** Compiles a rule. Throws an Error where its definition was never validated and a pattern is wrong. */
export function compileRule(rule: AppliedRule): CompiledRule {
  const { select, when } = rule.definition;
  return {
    rule,
    matchesRepository: repositoryTest(rule),
    matchesTag: compileNameSelector(select.tags),
    groupers: compileGroupers(when),
  };
}

/** What captures the group of a tag, by the source of each `groupBy`. Throws an Error as compileRule does. */
export function compileGroupers(when: readonly Predicate[]): CompiledRule["groupers"] {
  const groupers = new Map<string, (tag: string) => string | null>();
  for (const predicate of when.flatMap((outer) => (outer.kind === "anyOf" ? outer.groups.flat() : [outer]))) {
    if ("groupBy" in predicate && predicate.groupBy !== undefined) {
      const regex = compileRegex(predicate.groupBy);
      groupers.set(predicate.groupBy, (tag) => regex.capture(tag));
    }
  }
  return groupers;
}

/**
 * Evaluates a rule over one whole repository: `positions` are those of its artifacts in `units`. Returns an outcome for each artifact that
 * the selector takes, by position. Counts are taken over everything the selector takes, however the other conditions turn out:
 * “the 5 newest” are the 5 newest of all, not 5 of those condemned.
 */
export function evaluateRule(
  compiled: CompiledRule,
  units: readonly Unit[],
  positions: readonly number[],
  frame: FactsFrame,
): Map<number, RuleOutcome> {
  const outcomes = new Map<number, RuleOutcome>();
  eachOutcome(compiled, units, positions, frame, (at, outcome) => outcomes.set(at, outcome));
  return outcomes;
}

/** As evaluateRule, for whoever takes the outcomes one by one. */
export function eachOutcome(
  compiled: CompiledRule,
  units: readonly Unit[],
  positions: readonly number[],
  frame: FactsFrame,
  take: (at: number, outcome: RuleOutcome) => void,
): void {
  const { lifecycle } = compiled.rule;
  if (lifecycle === undefined) {
    for (const contender of evaluatedContenders(compiled, units, positions, frame)) take(contender.at, contender);
    return;
  }
  const [first] = positions;
  const name = first === undefined ? undefined : units[first]?.artifact.repositoryName;
  if (name === undefined || !compiled.matchesRepository(name)) return;
  for (const [at, outcome] of evaluateLifecycle(lifecycle, units, positions, frame)) take(at, outcome);
}

function evaluatedContenders(
  compiled: CompiledRule,
  units: readonly Unit[],
  positions: readonly number[],
  frame: FactsFrame,
): readonly EvaluatedContender[] {
  const { select, when } = compiled.rule.definition;
  const contenders: EvaluatedContender[] = [];
  const evaluation = new Evaluation(compiled, contenders, frame);
  for (const at of positions) {
    const unit = units[at];
    const tags = unit === undefined ? null : selectedTags(compiled, unit);
    if (unit === undefined || tags === null) continue;
    // Beside tagged ones an untagged artifact takes no place: overwriting `latest` ten times must not use up “the 5 newest”.
    const isCounted = unit.isCounted && (tags.length > 0 || select.state === "untagged");
    contenders.push(new EvaluatedContender(contenders.length, at, unit, tags, isCounted, evaluation));
  }
  for (const contender of contenders) contender.holds = evaluation.all(contender, when);
  return contenders;
}

/** What a rule takes, and what it says of it. Facts are put together where somebody asks: of most nobody does, and there are millions. */
class EvaluatedContender implements Contender, RuleOutcome {
  holds: boolean | null = null;

  constructor(
    readonly index: number,
    readonly at: number,
    readonly unit: Unit,
    readonly tags: readonly string[],
    readonly isCounted: boolean,
    private readonly evaluation: Evaluation,
  ) {}

  get because(): readonly PredicateFact[] {
    return this.evaluation.because(this);
  }
}

function repositoryTest({ lifecycle, definition }: AppliedRule): (name: string) => boolean {
  if (lifecycle !== undefined) return (name) => lifecycleCovers(lifecycle, name);
  const matches = compileNameSelector(definition.select.repositories);
  // Asked for each image of a repository in turn.
  let last: { name: string; isMatch: boolean } | null = null;
  return (name) => {
    if (last?.name !== name) last = { name, isMatch: matches(name) };
    return last.isMatch;
  };
}

/** The tags that a rule's selector takes of an artifact; an empty list for an untagged one that it takes; null where it does not take it. */
function selectedTags(compiled: CompiledRule, unit: Unit): readonly string[] | null {
  const { state, kinds } = compiled.rule.definition.select;
  const { kind, repositoryName } = unit.artifact;
  if (kinds !== "any" && kinds !== (kind === "index" ? "image" : kind)) return null;
  if (!compiled.matchesRepository(repositoryName)) return null;
  if (unit.tags.length === 0) return unit.isUntagged && state !== "tagged" ? [] : null;
  if (state === "untagged") return null;
  return namesTaken(unit.tagNames, compiled.matchesTag);
}

/** Those names that match, null where none does. */
function namesTaken(names: readonly string[], matches: (name: string) => boolean): readonly string[] | null {
  const [first] = names;
  // By hand for the one tag that most have, and nothing is copied where all match: this is done for each rule, millions of times.
  if (names.length === 1 && first !== undefined) return matches(first) ? names : null;
  const taken = names.filter(matches);
  if (taken.length === names.length) return names;
  return taken.length > 0 ? taken : null;
}

class Evaluation {
  private readonly rankings = new Map<string, Ranking>();

  constructor(
    private readonly compiled: CompiledRule,
    private readonly contenders: readonly Contender[],
    private readonly frame: FactsFrame,
  ) {}

  /** AND: false wins over unknown, unknown over true. */
  all(contender: Contender, predicates: readonly Predicate[]): boolean | null {
    let result: boolean | null = true;
    for (const predicate of predicates) {
      const holds = this.holds(contender, predicate);
      if (holds === false) return false;
      if (holds === null) result = null;
    }
    return result;
  }

  /** The facts that decided a rule. */
  because(contender: Contender): PredicateFact[] {
    return this.factsOfAll(contender, this.compiled.rule.definition.when);
  }

  private holds(contender: Contender, predicate: Predicate): boolean | null {
    return predicate.kind === "anyOf" ? this.any(contender, predicate.groups) : this.simple(contender, predicate);
  }

  /** OR over groups: true wins over unknown, unknown over false. */
  private any(contender: Contender, groups: readonly (readonly SimplePredicate[])[]): boolean | null {
    let result: boolean | null = false;
    for (const group of groups) {
      const holds = this.all(contender, group);
      if (holds === true) return true;
      if (holds === null) result = null;
    }
    return result;
  }

  /** All facts where it holds, else those of the first condition that stopped it. */
  private factsOfAll(contender: Contender, predicates: readonly Predicate[]): PredicateFact[] {
    const result = this.all(contender, predicates);
    const facts: PredicateFact[] = [];
    for (const predicate of predicates) {
      if (result !== true && this.holds(contender, predicate) !== result) continue;
      if (predicate.kind === "anyOf") facts.push(...this.factsOfAny(contender, predicate.groups));
      else facts.push(this.fact(contender, predicate));
      if (result !== true) break;
    }
    return facts;
  }

  /** The facts of the first group that says so, else what stopped each. */
  private factsOfAny(contender: Contender, groups: readonly (readonly SimplePredicate[])[]): PredicateFact[] {
    const result = this.any(contender, groups);
    if (result === false) return groups.flatMap((group) => this.factsOfAll(contender, group));
    const deciding = groups.find((group) => this.all(contender, group) === result) ?? [];
    return this.factsOfAll(contender, deciding);
  }

  private simple(contender: Contender, predicate: SimplePredicate): boolean | null {
    const { unit } = contender;
    if (predicate.kind === "untagged") return unit.isUntagged;
    if (predicate.kind === "idle" || predicate.kind === "within") {
      const reading = readClock(unit, predicate.clock, predicate.days, this.frame);
      if (isUnknown(reading)) return null;
      if (reading === "none") return false;
      return this.frame.nowMs - reading > predicate.days * DAY_MS === (predicate.kind === "idle");
    }
    const position = this.ranking(predicate.order, predicate.groupBy).positionOf(contender);
    return isUnknown(position) ? null : position >= predicate.n === (predicate.kind === "beyond");
  }

  /** What is true of a contender, whichever way a condition turns out. */
  private fact(contender: Contender, predicate: SimplePredicate): PredicateFact {
    const { unit } = contender;
    if (predicate.kind === "untagged") return tagFact(unit);
    if (predicate.kind === "idle" || predicate.kind === "within") {
      const { clock, days } = predicate;
      const reading = readClock(unit, clock, days, this.frame);
      if (isUnknown(reading)) return { kind: "unknown", unknown: reading };
      if (reading === "none") return tagFact(unit);
      const age = this.frame.nowMs - reading;
      const measuredDays = Math.max(0, Math.floor(age / DAY_MS));
      return { kind: age > days * DAY_MS ? "idle" : "within", clock, days, measuredDays };
    }
    const { n, order } = predicate;
    const standing = this.ranking(order, predicate.groupBy).standingOf(contender);
    if (isUnknown(standing)) return { kind: "unknown", unknown: standing };
    const { position, group } = standing;
    return { kind: position >= n ? "beyond" : "among", n, order, position: position + 1, group };
  }

  private ranking(order: Order, groupBy: string | undefined): Ranking {
    const key = `${order} ${groupBy ?? ""}`;
    let ranking = this.rankings.get(key);
    if (ranking === undefined) {
      const groupOf = groupBy === undefined ? null : (this.compiled.groupers.get(groupBy) ?? null);
      ranking = new Ranking(this.contenders, order, groupOf, this.frame);
      this.rankings.set(key, ranking);
    }
    return ranking;
  }
}

function tagFact(unit: Unit): PredicateFact {
  return { kind: unit.isUntagged ? "untagged" : unit.tags.length > 0 ? "tagged" : "member" };
}
