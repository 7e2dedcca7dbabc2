import type { Span } from "@/lib/regex";
import { type CompiledRule, compileGroupers, evaluateRule, type RuleOutcome } from "./evaluate-rule";
import { compareText, type FactsFrame } from "./facts";
import { compileNameTester } from "./name-tester";
import { findMisses, type NearMiss } from "./near-misses";
import { factText, unknownText } from "./reason-text";
import { type RuleWarning, ruleWarnings } from "./rule-warnings";
import { ruleSentence } from "./sentence";
import type { Unit } from "./unit";
import type { WrittenRule } from "./written-rule";

/** A whole repository. */
export interface TriedRepository {
  name: string;
  units: readonly Unit[];
}

interface TriedCounts {
  images: number;
  tags: number;
  repositories: number;
}

interface Marked {
  name: string;
  spans: Span[];
  path: string | null;
}

export interface TriedHit {
  unit: Unit;
  repository: Marked;
  tags: (Marked & { isSelected: boolean })[];
  selectedTagCount: number;
  holds: boolean | null;
  why: string;
}

export interface RuleTrial {
  total: TriedCounts;
  selected: TriedCounts;
  holding: TriedCounts;
  unknown: { why: string; images: number }[];
  patterns: { path: string; count: number }[];
  hits: TriedHit[];
  nearMisses: NearMiss[];
  problems: WrittenRule["problems"];
  warnings: RuleWarning[];
  sentence: string;
}

const TAGS_SHOWN = 8;

/**
 * Tries a rule, as far as it is written, on whole repositories in the order of their names: what its selector takes, where its conditions
 * hold, and what it nearly takes. The rule alone: guards, other rules and limits are for a plan to say.
 */
export function tryRule(
  written: WrittenRule,
  repositories: Iterable<TriedRepository>,
  frame: FactsFrame,
  hitsMax: number,
): RuleTrial {
  const names = compileNameTester(written.repositories);
  const tags = compileNameTester(written.tags);
  const rule = { id: "draft", name: "draft", revision: 0, definition: written.definition };
  const compiled: CompiledRule = {
    rule,
    matchesRepository: names.test,
    matchesTag: tags.test,
    groupers: compileGroupers(written.definition.when),
  };
  const [total, selected, holding] = [noCounts(), noCounts(), noCounts()];
  const unknown = new Map<string, number>();
  const hits = new Hits(hitsMax);
  const misses = findMisses({ written, names, tags, compiled, frame });

  for (const { name, units } of repositories) {
    add(
      total,
      units.filter((unit) => !unit.isMember).length,
      sumOf(units, (unit) => unit.tags.length),
    );
    const positions = units.map((_, at) => at);
    names.count(name);
    const isMeant = names.test(name);
    if (isMeant) for (const unit of units) for (const tag of unit.tags) tags.count(tag.name);
    const outcomes = isMeant ? evaluateRule(compiled, units, positions, frame) : new Map<number, RuleOutcome>();
    const taken = [...outcomes].flatMap(([at, outcome]) => {
      const unit = units[at];
      return unit === undefined ? [] : [{ unit, outcome }];
    });
    const held = taken.filter(({ outcome }) => outcome.holds === true);
    addTaken(selected, taken);
    addTaken(holding, held);
    for (const { unit, outcome } of taken) {
      const fact = outcome.holds === null ? outcome.because.find((one) => one.kind === "unknown") : undefined;
      if (fact?.kind !== "unknown" || unit.isMember) continue;
      const why = unknownText(fact.unknown);
      unknown.set(why, (unknown.get(why) ?? 0) + 1);
    }
    hits.take(taken);
    misses.look(name, units, outcomes);
  }
  return {
    ...{ total, selected, holding, problems: written.problems },
    unknown: [...unknown]
      .map(([why, images]) => ({ why, images }))
      .sort((a, b) => b.images - a.images || compareText(a.why, b.why)),
    patterns: [...names.counts(), ...tags.counts()],
    hits: hits.best().map(({ unit, outcome }) => ({
      unit,
      repository: { name: unit.artifact.repositoryName, ...names.mark(unit.artifact.repositoryName) },
      tags: markTags(unit, outcome, tags.mark),
      selectedTagCount: outcome.tags.length,
      holds: outcome.holds,
      why: outcome.because.map(factText).join(", "),
    })),
    nearMisses: misses.found(),
    warnings: ruleWarnings(written.definition, frame).map((warning) => ({
      ...warning,
      path: typedPath(warning.path, written),
    })),
    sentence: ruleSentence(written.definition),
  };
}

interface Taken {
  unit: Unit;
  outcome: RuleOutcome;
}

/** The first hits: those that hold, then those that may, then the others; each by repository, newest push first. */
class Hits {
  private readonly byOutcome = new Map<boolean | null, Taken[]>([
    [true, []],
    [null, []],
    [false, []],
  ]);

  constructor(private readonly max: number) {}

  /** Repositories come in the order in which they are shown. */
  take(taken: readonly Taken[]): void {
    for (const [holds, list] of this.byOutcome) {
      if (list.length >= this.max) continue;
      const fresh = taken.filter(({ outcome }) => outcome.holds === holds);
      list.push(...fresh.sort(newestFirst).slice(0, this.max - list.length));
    }
  }

  best(): Taken[] {
    return [...this.byOutcome.values()].flat().slice(0, this.max);
  }
}

function newestFirst(a: Taken, b: Taken): number {
  const difference = (b.unit.pushedAtLatest ?? 0) - (a.unit.pushedAtLatest ?? 0);
  return difference === 0 ? compareText(a.unit.artifact.digest, b.unit.artifact.digest) : difference;
}

function markTags(
  unit: Unit,
  outcome: RuleOutcome,
  mark: (name: string) => { path: string | null; spans: Span[] },
): TriedHit["tags"] {
  const selected = new Set(outcome.tags);
  const rest = unit.tags.map((tag) => tag.name).filter((name) => !selected.has(name));
  return [...[...selected].sort(compareText), ...rest.sort(compareText)].slice(0, TAGS_SHOWN).map((name) => {
    const isSelected = selected.has(name);
    return { name, isSelected, ...(isSelected ? mark(name) : { path: null, spans: [] }) };
  });
}

/** Conditions that cannot be read are not in the definition: their paths count them. */
function typedPath(path: string, written: WrittenRule): string {
  return path.replace(/^when\[(\d+)\]/, (whole, at) => written.whenPaths[Number(at)] ?? whole);
}

function noCounts(): TriedCounts {
  return { images: 0, tags: 0, repositories: 0 };
}

function add(counts: TriedCounts, images: number, tags: number): void {
  counts.images += images;
  counts.tags += tags;
  counts.repositories++;
}

function addTaken(counts: TriedCounts, taken: readonly Taken[]): void {
  if (taken.length === 0) return;
  add(
    counts,
    taken.filter(({ unit }) => !unit.isMember).length,
    sumOf(taken, ({ outcome }) => outcome.tags.length),
  );
}

function sumOf<T>(list: readonly T[], of: (one: T) => number): number {
  return list.reduce((sum, one) => sum + of(one), 0);
}
