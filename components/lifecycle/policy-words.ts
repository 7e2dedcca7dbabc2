import type { LifecyclePolicyDto, SpaceLifecycleDto } from "@/contracts/lifecycle";

const OWNER = { workspace: "The workspace's", space: "The space's", repository: "The repository's" } as const;

/** What counts at a place that has no policy of its own: “The workspace's policy counts here: it reserves the latest 30 tags.” */
export function inheritedText(inherited: LifecyclePolicyDto | null): string {
  if (inherited === null) return "No lifecycle policy counts here: no tag is cleared by itself.";
  return `${OWNER[inherited.level]} policy counts here: it reserves ${inherited.keepText}.`;
}

/** Which policy counts at a place, as a badge says it; null where none does. */
export function policyBadge({ own, effective, inherited }: SpaceLifecycleDto): string | null {
  if (own !== null) return inherited === null ? "own policy" : `own policy, overrides the ${inherited.level}'s`;
  return effective === null ? null : `${effective.level}'s policy`;
}
