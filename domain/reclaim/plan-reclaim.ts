import { compileRule, evaluateRule } from "@/domain/rules/evaluate-rule";
import { compareText } from "@/domain/rules/facts";
import type { Unit } from "@/domain/rules/unit";
import { completePlan } from "./complete-plan";
import { decideOwn, type RuleVotes } from "./decide-own";
import { keepLastArtifacts } from "./last-artifact";
import type { PlanInput, ReclaimPlan } from "./plan";
import { drawPlanFacts } from "./plan-facts";

/**
 * Plans a reclaim run: union of reclaim rules − union of protect rules − hard guards, closed over who needs whom. Pure: the same facts,
 * rules and `nowMs` always give the same plan, in whatever order they come. Takes whole repositories; throws an Error where an artifact is
 * given twice or a rule's pattern was never validated.
 */
export function planReclaim(input: PlanInput): ReclaimPlan {
  const facts = drawPlanFacts(input);
  const votes = voteOf(input, facts.units, facts.repositories);
  const own = facts.units.map((unit, at) => decideOwn(at, unit, votes(at), facts.context));
  keepLastArtifacts(facts.repositories, facts.units, votes, own);
  return completePlan(facts, own, input);
}

const NO_VOTES: RuleVotes = { reclaim: [], protect: [] };

function voteOf(
  input: PlanInput,
  units: readonly Unit[],
  repositories: ReadonlyMap<string, readonly number[]>,
): (at: number) => RuleVotes {
  const votes = new Map<number, { reclaim: RuleVotes["reclaim"][number][]; protect: RuleVotes["protect"][number][] }>();
  const compiled = [...input.rules].sort((a, b) => compareText(a.id, b.id)).map(compileRule);
  for (const [name, positions] of repositories) {
    for (const rule of compiled) {
      if (!rule.matchesRepository(name)) continue;
      for (const [at, outcome] of evaluateRule(rule, units, positions, input)) {
        const vote = votes.get(at) ?? { reclaim: [], protect: [] };
        votes.set(at, vote);
        vote[rule.rule.definition.effect].push({ rule, outcome });
      }
    }
  }
  return (at) => votes.get(at) ?? NO_VOTES;
}
