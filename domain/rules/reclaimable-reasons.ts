import type { RuleDefinition } from "./rule";

/** Why images are no longer needed: a newer one took their place, or nobody has asked for them for long. */
export const RECLAIMABLE_REASONS = ["superseded", "old"] as const;
export type ReclaimableReason = (typeof RECLAIMABLE_REASONS)[number];

const everything: RuleDefinition["select"] = {
  repositories: { include: [], exclude: [] },
  tags: { include: [], exclude: [] },
  state: "any",
  kinds: "any",
};

/** What each means, as a rule says it, so that it can be tried, changed and made one; and the template that is closest. */
export const REASON_RULES: Record<ReclaimableReason, { definition: RuleDefinition; templateId: string }> = {
  superseded: {
    templateId: "latest-and-recent",
    definition: reasonRule([
      {
        kind: "anyOf",
        groups: [
          [{ kind: "idle", days: 7, clock: "untaggedSince" }],
          [
            { kind: "idle", days: 30, clock: "pushed" },
            { kind: "beyond", n: 10, order: "pushed" },
          ],
        ],
      },
    ]),
  },
  old: { templateId: "not-pulled", definition: reasonRule([{ kind: "idle", days: 90, clock: "active" }]) },
};

function reasonRule(when: RuleDefinition["when"]): RuleDefinition {
  return {
    effect: "reclaim",
    select: everything,
    when,
    schedule: { kind: "manual" },
    limits: {},
    allowLastArtifact: false,
  };
}
