import { compileRegex } from "@/lib/regex";
import { Contenders } from "./contenders";
import { evaluateLifecycle } from "./evaluate-lifecycle";
import { DAY_MS, type FactsFrame, textsThat } from "./facts";
import { type LifecycleFact, lifecycleCovers } from "./lifecycle";
import { compileNameSelector } from "./pattern";
import type { Clock, Order, Predicate, SimplePredicate } from "./predicate";
import { isUnknown, Ranking } from "./ranking";
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

type CountPredicate = Extract<SimplePredicate, { kind: "beyond" | "among" }>;

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
  eachOutcome(compiled, units, positions, frame, {
    wants: () => true,
    take: (at, outcome) => outcomes.set(at, outcome),
  });
  return outcomes;
}

/** Whoever takes outcomes one by one. */
export interface OutcomeTaker {
  /** Asked before anything is made of an outcome: of most rules most images do not matter. */
  wants(at: number, holds: RuleOutcome["holds"]): boolean;
  take(at: number, outcome: RuleOutcome): void;
}

/** As evaluateRule, for whoever wants some of the outcomes. */
export function eachOutcome(
  compiled: CompiledRule,
  units: readonly Unit[],
  positions: readonly number[],
  frame: FactsFrame,
  taker: OutcomeTaker,
): void {
  const { lifecycle } = compiled.rule;
  if (lifecycle === undefined) {
    eachContender(compiled, units, positions, frame, taker);
    return;
  }
  const [first] = positions;
  const name = first === undefined ? undefined : units[first]?.artifact.repositoryName;
  if (name === undefined || !compiled.matchesRepository(name)) return;
  for (const [at, outcome] of evaluateLifecycle(lifecycle, units, positions, frame)) {
    if (taker.wants(at, outcome.holds)) taker.take(at, outcome);
  }
}

function eachContender(
  compiled: CompiledRule,
  units: readonly Unit[],
  positions: readonly number[],
  frame: FactsFrame,
  taker: OutcomeTaker,
): void {
  const { select, when } = compiled.rule.definition;
  const contenders = new Contenders(units, positions.length);
  for (const at of positions) {
    const unit = units[at];
    const tags = unit === undefined ? null : selectedTags(compiled, unit);
    if (unit === undefined || tags === null) continue;
    // Beside tagged ones an untagged artifact takes no place: overwriting `latest` ten times must not use up “the 5 newest”.
    contenders.add(at, tags, unit.isCounted && (tags.length > 0 || select.state === "untagged"));
  }
  const evaluation = new Evaluation(compiled, contenders, frame);
  for (let index = 0; index < contenders.length; index++) {
    const at = contenders.positionOf(index);
    const holds = evaluation.all(index, when);
    if (taker.wants(at, holds)) taker.take(at, new Finding(holds, contenders.tagsOf(index), evaluation, index));
  }
}

/** What a rule says of something it takes. Facts are put together where somebody asks: of most nobody does. */
class Finding implements RuleOutcome {
  constructor(
    readonly holds: boolean | null,
    readonly tags: readonly string[],
    private readonly evaluation: Evaluation,
    private readonly index: number,
  ) {}

  get because(): readonly PredicateFact[] {
    return this.evaluation.because(this.index);
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
  const taken = textsThat(unit.tagNames, compiled.matchesTag);
  return taken.length > 0 ? taken : null;
}

class Evaluation {
  private readonly rankings = new Map<string, Ranking>();
  /** The same, without a text made for each question. */
  private readonly rankingOf = new Map<CountPredicate, Ranking>();

  constructor(
    private readonly compiled: CompiledRule,
    private readonly contenders: Contenders,
    private readonly frame: FactsFrame,
  ) {}

  /** AND: false wins over unknown, unknown over true. */
  all(index: number, predicates: readonly Predicate[]): boolean | null {
    let result: boolean | null = true;
    for (const predicate of predicates) {
      const holds = this.holds(index, predicate);
      if (holds === false) return false;
      if (holds === null) result = null;
    }
    return result;
  }

  /** The facts that decided a rule. */
  because(index: number): PredicateFact[] {
    return this.factsOfAll(index, this.compiled.rule.definition.when);
  }

  private holds(index: number, predicate: Predicate): boolean | null {
    return predicate.kind === "anyOf" ? this.any(index, predicate.groups) : this.simple(index, predicate);
  }

  /** OR over groups: true wins over unknown, unknown over false. */
  private any(index: number, groups: readonly (readonly SimplePredicate[])[]): boolean | null {
    let result: boolean | null = false;
    for (const group of groups) {
      const holds = this.all(index, group);
      if (holds === true) return true;
      if (holds === null) result = null;
    }
    return result;
  }

  /** All facts where it holds, else those of the first condition that stopped it. */
  private factsOfAll(index: number, predicates: readonly Predicate[]): PredicateFact[] {
    const result = this.all(index, predicates);
    let facts: PredicateFact[] = [];
    for (const predicate of predicates) {
      if (result !== true && this.holds(index, predicate) !== result) continue;
      if (predicate.kind === "anyOf") facts = [...facts, ...this.factsOfAny(index, predicate.groups)];
      else facts = [...facts, this.fact(index, predicate)];
      if (result !== true) break;
    }
    return facts;
  }

  /** The facts of the first group that says so, else what stopped each. */
  private factsOfAny(index: number, groups: readonly (readonly SimplePredicate[])[]): PredicateFact[] {
    const result = this.any(index, groups);
    if (result === false) return groups.flatMap((group) => this.factsOfAll(index, group));
    const deciding = groups.find((group) => this.all(index, group) === result) ?? [];
    return this.factsOfAll(index, deciding);
  }

  private simple(index: number, predicate: SimplePredicate): boolean | null {
    const unit = this.contenders.unitOf(index);
    if (predicate.kind === "untagged") return unit.isUntagged;
    if (predicate.kind === "idle" || predicate.kind === "within") {
      const reading = readClock(unit, predicate.clock, predicate.days, this.frame);
      if (isUnknown(reading)) return null;
      if (reading === "none") return false;
      return this.frame.nowMs - reading > predicate.days * DAY_MS === (predicate.kind === "idle");
    }
    const position = this.ranking(predicate).positionOf(index);
    return isUnknown(position) ? null : position >= predicate.n === (predicate.kind === "beyond");
  }

  /** What is true of a contender, whichever way a condition turns out. */
  private fact(index: number, predicate: SimplePredicate): PredicateFact {
    const unit = this.contenders.unitOf(index);
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
    const standing = this.ranking(predicate).standingOf(index);
    if (isUnknown(standing)) return { kind: "unknown", unknown: standing };
    const { position, group } = standing;
    return { kind: position >= n ? "beyond" : "among", n, order, position: position + 1, group };
  }

  private ranking(predicate: CountPredicate): Ranking {
    const known = this.rankingOf.get(predicate);
    if (known !== undefined) return known;
    const { order, groupBy } = predicate;
    const key = `${order} ${groupBy ?? ""}`;
    let ranking = this.rankings.get(key);
    if (ranking === undefined) {
      const groupOf = groupBy === undefined ? null : (this.compiled.groupers.get(groupBy) ?? null);
      ranking = new Ranking(this.contenders, order, groupOf, this.frame);
      this.rankings.set(key, ranking);
    }
    this.rankingOf.set(predicate, ranking);
    return ranking;
  }
}

function tagFact(unit: Unit): PredicateFact {
  return { kind: unit.isUntagged ? "untagged" : unit.tags.length > 0 ? "tagged" : "member" };
}
