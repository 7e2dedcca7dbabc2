/** The facts that rules and plans decide on. Times are epoch ms; null is "not known" unless said otherwise, and unknown means keep. */
export interface Artifact {
  repositoryName: string;
  digest: string;
  /** unknown: a media type we cannot read, so that what it refers to is not known either. */
  kind: "image" | "index" | "chart" | "other" | "unknown";
  mediaType: string;
  /** Every tag in this repository that points at it, fallback tags of referrers (`sha256-….sig`) included. */
  tags: readonly TagFact[];
  pushedAt: number | null;
  /** Where its push time is not known: when it was first seen. It was pushed then or earlier, so it is that old at least; says nothing of an order. */
  firstSeenAt?: number | null;
  /** Last pull from outside: scanners, replication, collectors and ourselves are left out by whoever records pulls. null = none recorded. */
  lastPulledAt: number | null;
  /** When the image says it was built. */
  createdAt: number | null;
  /** When its last tag left; null for tagged ones, and where it is not known. */
  untaggedSince: number | null;
  isPinned: boolean;
  /** Why, by whom and until when, for the reason shown: “by Ada until 1 May: rollback”. */
  pinText: string | null;
  /** Those of its tags that may never move or go. */
  immutableTags: readonly string[];
  /** Workloads that run it, as shown: “prod/deployment web”. */
  inUseBy: readonly string[];
  /** Digests that an index lists. */
  children: readonly string[];
  /** The `subject` field. */
  subject: string | null;
  /** Children of it that the registry does not hold, where the crawl knows; the planner also finds those that are not among the facts. */
  missingChildren: number;
  /** Its manifest or link could not be read. */
  isUnreadable: boolean;
  /** Rules that leave it alone at the revision named, because somebody restored it after they had taken it. Absent = none. */
  exemptFrom?: readonly Exemption[] | undefined;
  /** Bytes at its own level: config and layers, and the manifest itself where its bytes shall count (it is a blob too). Children have their own. */
  blobs: readonly BlobFact[];
}

export interface TagFact {
  name: string;
  /** When the tag was last set on this digest. */
  pushedAt: number | null;
  /** Where that is not known: when it was first seen there. */
  firstSeenAt?: number | null;
}

/** A rule that took an image which was restored: until the rule is changed, it leaves the image alone. */
export interface Exemption {
  ruleId: string;
  revision: number;
  /** Who restored it, and when. */
  who: string;
  atMs: number;
}

/** What keeps a rule, at its revision, from taking an artifact; undefined where nothing does. */
export function exemptionFrom(
  artifact: Pick<Artifact, "exemptFrom">,
  rule: { ruleId: string; revision: number },
): Exemption | undefined {
  return artifact.exemptFrom?.find((one) => one.ruleId === rule.ruleId && one.revision === rule.revision);
}

export interface BlobFact {
  digest: string;
  sizeBytes: number;
}

/** What all artifacts of a plan share. */
export interface FactsFrame {
  /** `now` of the run, frozen at its start. */
  nowMs: number;
  /** Since when pulls are recorded; null = not at all. A clock that looks further back than that is unknown. */
  pullTrackingSinceMs: number | null;
}

export const DAY_MS = 86_400_000;

/** Order of texts by code unit: the same on every machine, which locale-aware comparison is not. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Texts in their order: the same list where they are already, as most are. */
export function inTextOrder(texts: readonly string[]): readonly string[] {
  for (let at = 1; at < texts.length; at++) {
    if (compareText(texts[at - 1] ?? "", texts[at] ?? "") > 0) return [...texts].sort(compareText);
  }
  return texts;
}

const NO_TEXTS: string[] = [];
/** A list that is pushed to takes room for seventeen: most hold one or two. */
const FEW_TEXTS = 4;

/** Those texts that pass, in their order: the same list where all do. */
export function textsThat(texts: readonly string[], test: (text: string) => boolean): readonly string[] {
  let passed: string[] | null = null;
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at] ?? "";
    if (!test(text)) passed ??= at === 0 ? NO_TEXTS : texts.slice(0, at);
    else if (passed !== null) {
      if (passed.length < FEW_TEXTS) passed = [...passed, text];
      else passed.push(text);
    }
  }
  return passed ?? texts;
}
