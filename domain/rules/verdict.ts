import type { PredicateFact } from "./evaluate-rule";
import type { UnknownFact } from "./unit";

/** A rule that a reason names, in the revision that decided. */
export interface NamedRule {
  ruleId: string;
  ruleName: string;
  revision: number;
}

/** A reclaim rule that selected an artifact: with which tags (none for an untagged one), and on which facts. */
export interface RuleHit extends NamedRule {
  tags: readonly string[];
  because: readonly PredicateFact[];
}

/** Who chose something by hand, and why in their own words; null where nothing was said. */
export interface HandChoice {
  who: string;
  why: string | null;
}

/** How an artifact belongs to what decides for it. */
export type Role = "child" | "referrer";

/** Another artifact that a reason names, with one of its tags where it has any. */
interface NamedArtifact {
  digest: string;
  tag: string | null;
}

export type KeepReason =
  | { code: "unreadable" }
  | { code: "unknown_kind"; mediaType: string }
  | { code: "pinned"; text: string | null }
  | { code: "in_use"; by: readonly string[] }
  /** A child of it is pinned or in use: whoever needs the part came through the whole. */
  | { code: "part_pinned"; digest: string; text: string | null }
  | { code: "part_in_use"; digest: string; by: readonly string[] }
  | ({ code: "protected"; because: readonly PredicateFact[] } & NamedRule)
  /** It was restored after this rule had taken it; until the rule is changed it leaves the image alone. */
  | ({ code: "exempt"; who: string; atMs: number } & NamedRule)
  | { code: "immutable_tag"; tags: readonly string[] }
  /** Something unreadable in the repository may list or need anything in it. */
  | ({ code: "unreadable_neighbour" } & NamedArtifact)
  | { code: "missing_children"; count: number }
  | { code: "grace"; untilMs: number }
  | { code: "push_unknown" }
  | ({ code: "child_of" | "referrer_of" | "subject_of" } & NamedArtifact)
  /** Its subject lives in another repository. */
  | { code: "subject_elsewhere"; digest: string }
  /** Images that do not go together hold it. */
  | { code: "several_owners" }
  /** Held only by one another, in a circle. */
  | { code: "circular" }
  | { code: "last_artifact" }
  | ({ code: "unknown_fact"; unknown: UnknownFact } & NamedRule)
  | ({ code: "not_due"; because: readonly PredicateFact[] } & NamedRule)
  | { code: "no_rule" }
  /** Of a choice by hand, for everything that was not chosen. */
  | { code: "not_chosen" };

export type ReclaimReason =
  | { code: "selected"; hits: readonly RuleHit[] }
  | ({ code: "by_hand" } & HandChoice)
  | ({ code: "goes_with"; role: Role } & NamedArtifact);

export type UntagReason = {
  /** Tags that stay, and keep the artifact; by hand there may be none. */
  keptTags: readonly string[];
} & (
  | { code: "selected_tags"; hits: readonly RuleHit[] }
  /** `digestStays`: why the digest, which was to go with its last tag, does not. */
  | ({ code: "by_hand_tags"; digestStays: KeepReason | null } & HandChoice)
);

/** What becomes of an artifact, and why. Plain data: it is stored with the run as it is. */
export type Verdict =
  | { decision: "reclaim"; reason: ReclaimReason }
  | { decision: "untag"; tags: readonly string[]; reason: UntagReason }
  | { decision: "keep"; reason: KeepReason };
