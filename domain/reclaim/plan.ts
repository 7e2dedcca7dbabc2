import type { Artifact, FactsFrame } from "@/domain/rules/facts";
import type { AppliedRule } from "@/domain/rules/rule";
import type { HandChoice, Role, RuleHit, Verdict } from "@/domain/rules/verdict";

/** What every plan is made of, whoever chooses. The same input, in whatever order, gives the same plan. */
export interface PlanBasis {
  /** Every manifest of each repository in the plan: a part of a repository would hide who needs whom. */
  artifacts: readonly Artifact[];
  /** `now` of the run, frozen at its start. */
  nowMs: number;
  /** What was pushed within this time stays; how far that holds for a choice by hand, see `handGraceMs`. */
  graceMs: number;
  /** Whether a digest exists in a repository outside the plan: a referrer there keeps waiting for its subject here. */
  isDigestElsewhere?: (digest: string) => boolean;
  /** Whether something outside the plan holds a blob: such bytes are never counted as freed. */
  isBlobHeldElsewhere?: (digest: string) => boolean;
}

/** A plan by rules. */
export interface PlanInput extends PlanBasis, FactsFrame {
  /** The rules to apply, of both effects; order means nothing. Protect rules of the space belong in every plan. */
  rules: readonly AppliedRule[];
}

/** What somebody chose of one artifact. */
export type HandPick =
  /** All of it, with every tag. */
  | { what: "image" }
  /** These tags; `andImage`: the digest goes too where none is left on it. */
  | { what: "tags"; tags: readonly string[]; andImage: boolean };

/** A plan of what somebody chose. */
export interface HandPlanInput extends PlanBasis {
  by: HandChoice;
  pickOf(repositoryName: string, digest: string): HandPick | undefined;
}

/** A manifest that goes into the bin with the top one, so that the image can be restored whole. */
export interface PlanMember {
  digest: string;
  /** child: listed by the top one, also through other indexes. referrer: a signature, SBOM or the like, or a part of one. */
  role: Role;
  mediaType: string;
  /** Every tag that points at it, fallback tags included. */
  tags: readonly string[];
  /** It is copied but not removed at its source: something kept, or a later item of the plan, needs it there. */
  stays: boolean;
}

/** One move of a run, before it is measured: all that its repository decides. */
export interface PlanMove {
  action: "reclaim" | "untag";
  repositoryName: string;
  digest: string;
  kind: Artifact["kind"];
  mediaType: string;
  /** Every tag that points at it, fallback tags included, sorted: what restore re-creates and the re-check compares. */
  tags: readonly string[];
  /** The tags that go: all of them on reclaim. */
  selectedTags: readonly string[];
  /** Every reclaim rule that selected it, by id; none where somebody chose it by hand. */
  hits: readonly RuleHit[];
  /** In the order of copying: members of role child come before the top one, those of role referrer after it. Removal goes the other way round. */
  members: readonly PlanMember[];
  pushedAt: number | null;
  lastPulledAt: number | null;
}

/** Sizes of one move in bytes. */
export interface ItemSizes {
  /** Blobs of it and all its members, each once: what it takes where nothing is shared. 0 for an untag. */
  logicalSizeBytes: number;
  /**
   * Its part of what is freed when the whole selection is purged and collected. Shared blobs count for the last item that holds them, so that
   * the sum over items in order is exact at every point. 0 where a limit leaves it for another run.
   */
  uniqueSizeBytes: number;
  /** What is freed if it goes alone. */
  ownSizeBytes: number;
  /** Logical without own: bytes that something else holds too. */
  sharedSizeBytes: number;
}

/** One move of a run. */
export interface PlanItem extends PlanMove, ItemSizes {}

export interface ArtifactVerdict {
  repositoryName: string;
  digest: string;
  /** Lives with an index or subject: shown inside that, not as an image of its own. */
  isMember: boolean;
  verdict: Verdict;
}

export interface PlanTotals {
  /** Images that move to the bin, each with its members. */
  images: number;
  /** Manifests removed at their source. */
  manifests: number;
  /** Tags that go, with images and from those that only lose some; fallback tags are not counted. */
  tags: number;
  /** Images that only lose tags. */
  untagged: number;
  logicalBytes: number;
  /** Freed once all items are purged and collected. */
  freedBytes: number;
}

export interface ReclaimPlan {
  nowMs: number;
  graceMs: number;
  /** What a run does, in this order: oldest push first, then repository, then digest. */
  items: PlanItem[];
  /** One for every artifact, by repository and digest. */
  verdicts: ArtifactVerdict[];
  totals: PlanTotals;
  /** Images (not members) of each repository, by name: what a share of a repository is a share of. */
  repositories: { name: string; imageCount: number }[];
}
