import { compareText } from "@/domain/rules/facts";
import type { Unit } from "@/domain/rules/unit";
import type { OwnDecision, RuleVotes } from "./decide-own";

/**
 * Keeps the newest image of each repository that the reclaim rules would empty, unless a rule that selects it allows that.
 * Judged by what the reclaim rules select, whatever protect rules and other guards save: were it judged by what is left, a new protect
 * rule that saves one image could let another one go. Tagged images are judged apart: untagged leftovers do not make up for the last tag.
 */
export function keepLastArtifacts(
  repositories: ReadonlyMap<string, readonly number[]>,
  units: readonly Unit[],
  votes: (at: number) => RuleVotes,
  own: OwnDecision[],
): void {
  for (const positions of repositories.values()) {
    const counted = positions.filter((at) => units[at]?.isCounted === true);
    const tagged = counted.filter((at) => units[at]?.isUntagged === false);
    const judged = tagged.length > 0 ? tagged : counted;
    if (!judged.every((at) => isSelectedWhole(units[at], votes(at)))) continue;
    const [newest] = judged
      .filter((at) => !isLastAllowed(votes(at)))
      .sort((a, b) => compareNewestFirst(units[a], units[b]));
    // With all its tags, even where a protect rule saves but one of them: the guard must not do less for it then.
    if (newest !== undefined && own[newest]?.state !== "stay") {
      own[newest] = { state: "stay", reason: { code: "last_artifact" } };
    }
  }
}

function isSelectedWhole(unit: Unit | undefined, votes: RuleVotes): boolean {
  const hits = votes.reclaim.filter(({ outcome }) => outcome.holds === true);
  if (hits.length === 0 || unit === undefined) return false;
  return unit.tags.every(({ name }) => hits.some(({ outcome }) => outcome.tags.includes(name)));
}

function isLastAllowed(votes: RuleVotes): boolean {
  return votes.reclaim.some(({ rule, outcome }) => outcome.holds === true && rule.rule.definition.allowLastArtifact);
}

function compareNewestFirst(a: Unit | undefined, b: Unit | undefined): number {
  if (a === undefined || b === undefined) return 0;
  if (a.knownPushedAt !== b.knownPushedAt) return b.knownPushedAt - a.knownPushedAt;
  return compareText(a.artifact.digest, b.artifact.digest);
}
