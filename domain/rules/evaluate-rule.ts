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
  const { lifecycle } = compiled.rule;
  if (lifecycle !== undefined) {
    const [first] = positions;
    const name = first === undefined ? undefined : units[first]?.artifact.repositoryName;
    const isCovered = name !== undefined && compiled.matchesRepository(name);
    return isCovered ? evaluateLifecycle(lifecycle, units, positions, frame) : new Map();
  }
  const outcomes = new Map<number, RuleOutcome>();
  const contenders: Contender[] = [];
  for (const at of positions) {
    const unit = units[at];
    const tags = unit === undefined ? null : selectedTags(compiled, unit);
    if (unit === undefined || tags === null) continue;
    // Beside tagged ones an untagged artifact takes no place: overwriting `latest` ten times must not use up “the 5 newest”.
    const isCounted = unit.isCounted && (tags.length > 0 || compiled.rule.definition.select.state === "untagged");
    contenders.push({ at, unit, tags, isCounted });
  }
  const evaluation = new Evaluation(compiled, contenders, frame);
  for (const contender of contenders) {
    const { holds, because } = evaluation.all(contender, compiled.rule.definition.when);
    outcomes.set(contender.at, { holds, because, tags: contender.tags });
  }
  return outcomes;
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
  const tags: string[] = [];
  for (const { name } of unit.tags) if (compiled.matchesTag(name)) tags.push(name);
  return tags.length > 0 ? tags : null;
}

interface Finding {
  holds: boolean | null;
  because: PredicateFact[];
}

class Evaluation {
  private readonly rankings = new Map<string, Ranking>();

  constructor(
    private readonly compiled: CompiledRule,
    private readonly contenders: readonly Contender[],
    private readonly frame: FactsFrame,
  ) {}

  /** AND: false wins over unknown, unknown over true. Reports all facts where it holds, else those that stopped it. */
  all(contender: Contender, predicates: readonly Predicate[]): Finding {
    let because: PredicateFact[] | null = null;
    let unknown: Finding | null = null;
    for (const predicate of predicates) {
      const finding =
        predicate.kind === "anyOf" ? this.any(contender, predicate.groups) : this.simple(contender, predicate);
      if (finding.holds === false) return finding;
      if (finding.holds === null) unknown ??= finding;
      // Most rules ask one thing: what was found is the answer.
      because = because === null ? finding.because : [...because, ...finding.because];
    }
    return unknown ?? { holds: true, because: because ?? [] };
  }

  /** OR over groups: true wins over unknown, unknown over false. Reports the first group that holds, else what stopped each. */
  private any(contender: Contender, groups: readonly (readonly SimplePredicate[])[]): Finding {
    const because: PredicateFact[] = [];
    let unknown: Finding | null = null;
    for (const group of groups) {
      const finding = this.all(contender, group);
      if (finding.holds === true) return finding;
      if (finding.holds === null) unknown ??= finding;
      because.push(...finding.because);
    }
    return unknown ?? { holds: false, because };
  }

  private simple(contender: Contender, predicate: SimplePredicate): Finding {
    const { unit } = contender;
    switch (predicate.kind) {
      case "untagged":
        return found(unit.isUntagged, tagFact(unit));
      case "idle":
      case "within": {
        const { clock, days } = predicate;
        const reading = readClock(unit, clock, days, this.frame);
        if (isUnknown(reading)) return found(null, { kind: "unknown", unknown: reading });
        if (reading === "none") return found(false, tagFact(unit));
        const age = this.frame.nowMs - reading;
        const kind = age > days * DAY_MS ? "idle" : "within";
        const measuredDays = Math.max(0, Math.floor(age / DAY_MS));
        return found(kind === predicate.kind, { kind, clock, days, measuredDays });
      }
      case "beyond":
      case "among": {
        const { n, order } = predicate;
        const standing = this.ranking(order, predicate.groupBy).standingOf(contender);
        if (isUnknown(standing)) return found(null, { kind: "unknown", unknown: standing });
        const kind = standing.position >= n ? "beyond" : "among";
        return found(kind === predicate.kind, {
          kind,
          n,
          order,
          position: standing.position + 1,
          group: standing.group,
        });
      }
    }
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

function found(holds: boolean | null, fact: PredicateFact): Finding {
  return { holds, because: [fact] };
}
