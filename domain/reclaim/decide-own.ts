import type { ImageGraph } from "@/domain/images/image-graph";
import type { CompiledRule, RuleOutcome } from "@/domain/rules/evaluate-rule";
import { type Exemption, exemptionFrom, inTextOrder } from "@/domain/rules/facts";
import type { AppliedRule } from "@/domain/rules/rule";
import type { Unit } from "@/domain/rules/unit";
import type { KeepReason, NamedRule, ReclaimReason, RuleHit, UntagReason } from "@/domain/rules/verdict";
import { guardOf, holdOf } from "./guards";

/**
 * What an artifact comes to by itself, before anything that needs it is asked:
 * go = every tag of it is selected; untag = some; stay = kept for its own reason; follow = it goes where its index or subject goes.
 */
export type OwnDecision =
  | {
      state: "go";
      hits: readonly RuleHit[];
      reason: ReclaimReason;
      /** What is done instead where something that stays needs it; else it stays as it is. */
      otherwise?: UntagDecision;
    }
  | UntagDecision
  | { state: "stay"; reason: KeepReason }
  | { state: "follow" };

export interface UntagDecision {
  state: "untag";
  hits: readonly RuleHit[];
  tags: readonly string[];
  reason: UntagReason;
  /** Also where something that stays needs the digest, which stays in any case. */
  isForced: boolean;
}

/** What the rules said of one artifact; compiled rules and outcomes share their index. */
export interface RuleVotes {
  reclaim: readonly { rule: CompiledRule; outcome: RuleOutcome }[];
  protect: readonly { rule: CompiledRule; outcome: RuleOutcome }[];
}

export interface OwnContext {
  graph: ImageGraph;
  frame: { nowMs: number; graceMs: number };
  holdsOfParts: ReadonlyMap<number, KeepReason>;
  neighbourOf(repositoryName: string): { digest: string; tag: string | null } | null;
  isCircular(at: number): boolean;
  subjectElsewhere(at: number): string | null;
}

/** Union of reclaim − union of protect − guards, for one artifact. */
export function decideOwn(at: number, unit: Unit, votes: RuleVotes, context: OwnContext): OwnDecision {
  const hold = holdOf(unit.artifact) ?? context.holdsOfParts.get(at) ?? null;
  if (hold !== null) return stay(hold);
  // A member without a tag of its own is no rule's business: it goes where its whole goes, unless a guard speaks for it.
  if (unit.isMember && unit.tags.length === 0) {
    const guard = guardFor(at, unit, context);
    return guard === null ? { state: "follow" } : stay(guard);
  }
  // Loops instead of chains, here and below: this is done for each image of a space, millions of times.
  const hits: RuleHit[] = [];
  for (const { rule, outcome } of votes.reclaim) {
    if (outcome.holds === true && exemptionOf(unit, rule) === undefined) hits.push(hitOf(rule, outcome));
  }
  // A protect rule that lacks a fact protects: unknown means keep.
  const protects = votes.protect.filter(({ outcome }) => outcome.holds !== false);
  return decideByTags(at, unit, hits, protects, votes, context);
}

function decideByTags(
  at: number,
  unit: Unit,
  hits: RuleHit[],
  protects: RuleVotes["protect"],
  votes: RuleVotes,
  context: OwnContext,
): OwnDecision {
  const tags = inTextOrder(unit.tagNames);
  const going = tags.filter((tag) => isSelected(tag, hits) && !isGuarded(tag, unit, protects));
  const protect = protects[0];
  const isTaken = tags.length > 0 ? going.length > 0 : hits.length > 0 && protect === undefined;
  if (!isTaken) return stay(reasonToStay(unit, hits, protect, votes));
  const guard = guardFor(at, unit, context);
  if (guard !== null) return stay(guard);
  if (going.length === tags.length) return { state: "go", hits, reason: { code: "selected", hits } };
  const keptTags = tags.filter((tag) => !going.includes(tag));
  // A part of something kept keeps all its tags, as it would were all of them selected.
  return { state: "untag", hits, tags: going, reason: { code: "selected_tags", hits, keptTags }, isForced: false };
}

function isSelected(tag: string, hits: readonly RuleHit[]): boolean {
  for (const hit of hits) if (hit.tags.includes(tag)) return true;
  return false;
}

function isGuarded(tag: string, unit: Unit, protects: RuleVotes["protect"]): boolean {
  for (const { outcome } of protects) if (outcome.tags.includes(tag)) return true;
  return unit.artifact.immutableTags.includes(tag);
}

/** What keeps an artifact from being moved, whoever wants it. `context.frame` says how far a fresh push does. */
export function guardFor(at: number, unit: Unit, context: OwnContext): KeepReason | null {
  const neighbour = context.neighbourOf(unit.artifact.repositoryName);
  if (neighbour !== null) return { code: "unreadable_neighbour", ...neighbour };
  const guard = guardOf(unit, at, context.graph, context.frame);
  if (guard !== null) return guard;
  const elsewhere = context.subjectElsewhere(at);
  if (elsewhere !== null) return { code: "subject_elsewhere", digest: elsewhere };
  return context.isCircular(at) ? { code: "circular" } : null;
}

function reasonToStay(
  unit: Unit,
  hits: readonly RuleHit[],
  protect: RuleVotes["protect"][number] | undefined,
  votes: RuleVotes,
): KeepReason {
  if (protect !== undefined) {
    return { code: "protected", ...named(protect.rule.rule), because: protect.outcome.because };
  }
  for (const { rule, outcome } of votes.reclaim) {
    const exemption = outcome.holds === true ? exemptionOf(unit, rule) : undefined;
    if (exemption !== undefined)
      return { code: "exempt", ...named(rule.rule), who: exemption.who, atMs: exemption.atMs };
  }
  if (hits.length > 0) return { code: "immutable_tag", tags: [...unit.artifact.immutableTags].sort() };
  for (const { rule, outcome } of votes.reclaim) {
    const fact = outcome.because.find((candidate) => candidate.kind === "unknown");
    if (outcome.holds === null && fact?.kind === "unknown") {
      return { code: "unknown_fact", ...named(rule.rule), unknown: fact.unknown };
    }
  }
  const near = votes.reclaim[0];
  return near === undefined
    ? { code: "no_rule" }
    : { code: "not_due", ...named(near.rule.rule), because: near.outcome.because };
}

function exemptionOf(unit: Unit, { rule }: CompiledRule): Exemption | undefined {
  return exemptionFrom(unit.artifact, { ruleId: rule.id, revision: rule.revision });
}

function hitOf(compiled: CompiledRule, outcome: RuleOutcome): RuleHit {
  const { id, name, revision } = compiled.rule;
  return { ruleId: id, ruleName: name, revision, tags: outcome.tags, because: outcome.because };
}

function named(rule: AppliedRule): NamedRule {
  return { ruleId: rule.id, ruleName: rule.name, revision: rule.revision };
}

export function stay(reason: KeepReason): OwnDecision {
  return { state: "stay", reason };
}
