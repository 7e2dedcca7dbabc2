import { type LifecycleKeep, lifecycleCovers } from "./lifecycle";
import type { AppliedRule, RuleDefinition } from "./rule";
import { countOf } from "./words";

/** Whose policy it is: each level outranks those before it. */
export const LIFECYCLE_LEVELS = ["workspace", "space", "repository"] as const;
export type LifecycleLevel = (typeof LIFECYCLE_LEVELS)[number];

/** A policy as it is saved. */
export interface LifecyclePolicy extends LifecycleKeep {
  id: string;
  revision: number;
  level: LifecycleLevel;
  /** of a policy of one repository */
  repositoryName: string | null;
  isEnabled: boolean;
}

/** What is wrong with a policy that is to be enabled, by field; none for one that may be. */
export function lifecycleProblems(
  keep: LifecycleKeep,
  quota: number,
): { path: keyof LifecycleKeep; message: string }[] {
  if (keep.keepLatestTags === null && keep.keepDays === null) {
    return [
      { path: "keepLatestTags", message: "say how many of the latest tags, or the tags of how many days, to reserve" },
    ];
  }
  if (keep.keepLatestTags !== null && keep.keepLatestTags > quota) {
    return [
      {
        path: "keepLatestTags",
        message: `reserve at most ${countOf(quota, "tag", "tags")}: that is this workspace's quota, and with more the policy could never get below it`,
      },
    ];
  }
  return [];
}

/** The policy that counts for a repository, of those of its workspace, its space and its own: the closest one that is enabled. */
export function effectivePolicy<P extends LifecyclePolicy>(policies: readonly P[], repositoryName: string): P | null {
  const candidates = policies.filter(
    (policy) => policy.isEnabled && (policy.level !== "repository" || policy.repositoryName === repositoryName),
  );
  return candidates.sort((a, b) => LIFECYCLE_LEVELS.indexOf(b.level) - LIFECYCLE_LEVELS.indexOf(a.level))[0] ?? null;
}

/** The policies of a space as rules of a plan, so that each repository is covered by the one that counts for it. */
export function lifecycleRules(policies: readonly LifecyclePolicy[]): AppliedRule[] {
  const own = policies.filter((policy) => policy.isEnabled && policy.level === "repository");
  const exceptRepositories = own.flatMap(({ repositoryName }) => repositoryName ?? []);
  const general = ["space", "workspace"].flatMap(
    (level) => policies.find((policy) => policy.isEnabled && policy.level === level) ?? [],
  )[0];
  return [
    ...(general === undefined ? [] : [ruleOf(general, { onlyRepository: null, exceptRepositories })]),
    ...own.map((policy) => ruleOf(policy, { onlyRepository: policy.repositoryName ?? "", exceptRepositories: [] })),
  ];
}

function ruleOf(
  policy: LifecyclePolicy,
  scope: { onlyRepository: string | null; exceptRepositories: string[] },
): AppliedRule {
  const { id, revision, keepLatestTags, keepDays } = policy;
  return {
    ...{ id, revision, name: policyName(policy), definition: NOTHING_BY_ITSELF },
    lifecycle: { keepLatestTags, keepDays, ...scope },
  };
}

// Whoever reads such a rule without its policy must find that it takes nothing: nothing is a hundred years old.
const NOTHING_BY_ITSELF: RuleDefinition = {
  effect: "reclaim",
  select: {
    repositories: { include: [], exclude: [] },
    tags: { include: [], exclude: [] },
    ...{ state: "tagged", kinds: "any" },
  },
  when: [{ kind: "idle", days: 36_500, clock: "pushed" }],
  schedule: { kind: "onQuota", percent: 100 },
  limits: {},
  allowLastArtifact: false,
};

/** Whether a rule of a run still speaks for a repository: a policy does not where one closer to it was made since. */
export function ruleSpeaksFor({ lifecycle }: Pick<AppliedRule, "lifecycle">, repositoryName: string): boolean {
  return lifecycle === undefined || lifecycleCovers(lifecycle, repositoryName);
}

/** What a policy is called in reasons and lists. */
function policyName({ level, repositoryName }: Pick<LifecyclePolicy, "level" | "repositoryName">): string {
  switch (level) {
    case "workspace":
      return "lifecycle policy of the workspace";
    case "space":
      return "lifecycle policy of this space";
    case "repository":
      return `clearing policy of ${repositoryName ?? ""}`;
  }
}

/** What a policy reserves, in words: “the latest 30 tags, and tags of the last 14 days”. */
export function keepText({ keepLatestTags, keepDays }: LifecycleKeep): string {
  const latest =
    keepLatestTags === null ? [] : [keepLatestTags === 1 ? "the latest tag" : `the latest ${keepLatestTags} tags`];
  const days =
    keepDays === null ? [] : [`tags of the last ${keepDays === 1 ? "day" : countOf(keepDays, "day", "days")}`];
  return [...latest, ...days].join(", and ") || "nothing";
}
