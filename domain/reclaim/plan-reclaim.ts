import { type CompiledRule, compileRule, eachOutcome } from "@/domain/rules/evaluate-rule";
import { compareText, type FactsFrame } from "@/domain/rules/facts";
import type { AppliedRule } from "@/domain/rules/rule";
import { completePlan } from "./complete-plan";
import { decideOwn, type OwnDecision, type RuleVotes } from "./decide-own";
import { keepLastArtifacts } from "./last-artifact";
import type { PlanInput, ReclaimPlan } from "./plan";
import { drawPlanFacts, type PlanFacts } from "./plan-facts";

/**
 * Plans a reclaim run: union of reclaim rules − union of protect rules − hard guards, closed over who needs whom. Pure: the same facts,
 * rules and `nowMs` always give the same plan, in whatever order they come. Takes whole repositories; throws an Error where an artifact is
 * given twice or a rule's pattern was never validated. Holds everything at once: a space of any size is planned by `SpacePlan`, to the same end.
 */
export function planReclaim(input: PlanInput): ReclaimPlan {
  const facts = drawPlanFacts(input);
  return completePlan(facts, decideByRules(facts, compileRules(input.rules), input), input);
}

/** Compiles the rules of a plan, in the one order in which they are looked at. Throws an Error where a pattern was never validated. */
export function compileRules(rules: readonly AppliedRule[]): CompiledRule[] {
  return [...rules].sort((a, b) => compareText(a.id, b.id)).map(compileRule);
}

/** What each artifact comes to by itself, by rules and guards. */
export function decideByRules(facts: PlanFacts, rules: readonly CompiledRule[], frame: FactsFrame): OwnDecision[] {
  const { units, repositories, context } = facts;
  const votes = voteOf(facts, rules, frame);
  const own = units.map((unit, at) => decideOwn(at, unit, votes(at), context));
  keepLastArtifacts(repositories, units, votes, own);
  return own;
}

const NO_VOTES: RuleVotes = { reclaim: [], protect: [] };

function voteOf(
  { units, repositories }: PlanFacts,
  rules: readonly CompiledRule[],
  frame: FactsFrame,
): (at: number) => RuleVotes {
  const votes: ({ [effect in keyof RuleVotes]: RuleVotes[effect] } | undefined)[] = new Array(units.length);
  for (const [name, positions] of repositories) {
    for (const rule of rules) {
      if (!rule.matchesRepository(name)) continue;
      const { effect } = rule.rule.definition;
      eachOutcome(rule, units, positions, frame, {
        // Of rules that say no one names the reason to stay: the first to reclaim. The others would only be carried along.
        wants: (at, holds) => holds !== false || (effect === "reclaim" && !votes[at]?.reclaim.length),
        take: (at, outcome) => {
          let vote = votes[at];
          if (vote === undefined) {
            vote = { reclaim: NO_VOTES.reclaim, protect: NO_VOTES.protect };
            votes[at] = vote;
          }
          // As a rule one or two: a list that grows takes room for many.
          vote[effect] = vote[effect].length === 0 ? [{ rule, outcome }] : [...vote[effect], { rule, outcome }];
        },
      });
    }
  }
  return (at) => votes[at] ?? NO_VOTES;
}
