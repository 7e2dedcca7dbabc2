import type { ImageGraph } from "@/domain/images/image-graph";
import type { CompiledRule, RuleOutcome } from "@/domain/rules/evaluate-rule";
import { type Exemption, exemptionFrom, inTextOrder, textsThat } from "@/domain/rules/facts";
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

const NO_VOTES: RuleVotes["reclaim"] = [];
const NO_TAGS: readonly string[] = [];

/** What the rules said of one artifact, in the order of the rules. */
export interface RuleVotes {
  /** Those that take it, and the first of those that do not. */
  reclaim: readonly { rule: CompiledRule; outcome: RuleOutcome }[];
  /** Those that protect it. One that lacks a fact does: unknown means keep. */
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
  let selecting = NO_VOTES;
  for (const vote of votes.reclaim) {
    if (vote.outcome.holds === true && exemptionOf(unit, vote.rule) === undefined) selecting = [...selecting, vote];
  }
  return decideByTags(at, unit, selecting, votes, context);
}

function decideByTags(
  at: number,
  unit: Unit,
  selecting: RuleVotes["reclaim"],
  votes: RuleVotes,
  context: OwnContext,
): OwnDecision {
  const tags = inTextOrder(unit.tagNames);
  const going =
    selecting.length === 0
      ? NO_TAGS
      : textsThat(tags, (tag) => isNamed(tag, selecting) && !isGuarded(tag, unit, votes.protect));
  const protect = votes.protect[0];
  const isTaken = tags.length > 0 ? going.length > 0 : selecting.length > 0 && protect === undefined;
  if (!isTaken) return stay(reasonToStay(unit, selecting.length > 0, protect, votes));
  const guard = guardFor(at, unit, context);
  if (guard !== null) return stay(guard);
  const hits = selecting.map(hitOf);
  if (going.length === tags.length) return { state: "go", hits, reason: { code: "selected", hits } };
  const keptTags = textsThat(tags, (tag) => !going.includes(tag));
  // A part of something kept keeps all its tags, as it would were all of them selected.
  return { state: "untag", hits, tags: going, reason: { code: "selected_tags", hits, keptTags }, isForced: false };
}

function isNamed(tag: string, votes: RuleVotes["reclaim"]): boolean {
  for (const { outcome } of votes) if (outcome.tags.includes(tag)) return true;
  return false;
}

function isGuarded(tag: string, unit: Unit, protects: RuleVotes["protect"]): boolean {
  return isNamed(tag, protects) || unit.artifact.immutableTags.includes(tag);
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
  isSelected: boolean,
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
  if (isSelected) return { code: "immutable_tag", tags: [...unit.artifact.immutableTags].sort() };
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

function hitOf({ rule: compiled, outcome }: RuleVotes["reclaim"][number]): RuleHit {
  const { id, name, revision } = compiled.rule;
  return { ruleId: id, ruleName: name, revision, tags: outcome.tags, because: outcome.because };
}

function named(rule: AppliedRule): NamedRule {
  return { ruleId: rule.id, ruleName: rule.name, revision: rule.revision };
}

export function stay(reason: KeepReason): OwnDecision {
  return { state: "stay", reason };
}
