import type { PredicateFact } from "./evaluate-rule";
import type { LifecycleKeep } from "./lifecycle";
import type { UnknownFact } from "./unit";
import type { HandChoice, KeepReason, NamedRule, ReclaimReason, RuleHit, UntagReason, Verdict } from "./verdict";
import { bestOf, countOf, dayText, listInWords, quoted, shortDigest } from "./words";

/** A verdict in plain words, for a table cell: “kept: child of `v2.1`”, “reclaimed by rule *old*: idle 132 days (pushed)”. */
export function reasonText(verdict: Verdict): string {
  switch (verdict.decision) {
    case "keep":
      return `kept: ${keepText(verdict.reason)}`;
    case "untag":
      return `loses ${listInWords(verdict.tags.map(quoted), "and")} ${untagText(verdict.reason)}`;
    case "reclaim":
      return reclaimText(verdict.reason);
  }
}

function untagText(reason: UntagReason): string {
  const kept = listInWords(reason.keptTags.map(quoted), "and");
  if (reason.code === "selected_tags") return `by ${hitsText(reason.hits)}; stays as ${kept}`;
  const rest = kept === "" ? "its digest stays untagged" : `stays as ${kept}`;
  return `${handText(reason)}; ${rest}${reason.digestStays === null ? "" : `, ${keepText(reason.digestStays)}`}`;
}

function reclaimText(reason: ReclaimReason): string {
  switch (reason.code) {
    case "selected":
      return `reclaimed by ${hitsText(reason.hits)}`;
    case "by_hand":
      return handText(reason);
    case "goes_with":
      return `reclaimed with ${named(reason)}, as its ${reason.role}`;
  }
}

function handText({ who, why }: HandChoice): string {
  return why === null ? `by hand: ${who}` : `by hand: ${who}, ${why}`;
}

function keepText(reason: KeepReason): string {
  switch (reason.code) {
    case "unreadable":
      return "it cannot be read, so what it holds is unknown";
    case "unknown_kind":
      return `its media type is unknown (${reason.mediaType || "none"})`;
    case "pinned":
      return reason.text === null ? "pinned" : `pinned ${reason.text}`;
    case "in_use":
      return `in use by ${listInWords(reason.by, "and")}`;
    case "part_pinned":
      return `its part ${shortDigest(reason.digest)} is pinned${reason.text === null ? "" : ` ${reason.text}`}`;
    case "part_in_use":
      return `its part ${shortDigest(reason.digest)} is in use by ${listInWords(reason.by, "and")}`;
    case "protected":
      return reason.because.length === 0 ? `protected by ${ruleText(reason)}` : ofRule(reason.because, reason);
    case "exempt":
      return `restored from ${ruleText(reason)} on ${new Date(reason.atMs).toISOString().slice(0, 10)} by ${reason.who}; exempt until the rule changes`;
    case "immutable_tag":
      return `its ${reason.tags.length === 1 ? "tag" : "tags"} ${listInWords(reason.tags.map(quoted), "and")} ${reason.tags.length === 1 ? "is" : "are"} immutable`;
    case "unreadable_neighbour":
      return `its repository holds ${named(reason)}, which cannot be read and may need it`;
    case "missing_children":
      return `${countOf(reason.count, "of its children is", "of its children are")} missing, so it could not be restored whole`;
    case "grace":
      return `pushed within the grace period, until ${new Date(reason.untilMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
    case "push_unknown":
      return "when it was pushed is unknown";
    case "child_of":
      return `child of ${named(reason)}`;
    case "referrer_of":
      return `belongs to ${named(reason)}`;
    case "subject_of":
      return `${named(reason)} belongs to it and stays`;
    case "subject_elsewhere":
      return `belongs to ${shortDigest(reason.digest)} in another repository`;
    case "several_owners":
      return "it belongs to more than one image";
    case "circular":
      return "it and others hold one another in a circle";
    case "last_artifact":
      return "the rules select every image of its repository, and the newest stays";
    case "unknown_fact":
      return `${unknownText(reason.unknown)}, which ${ruleText(reason)} needs`;
    case "not_due":
      return ofRule(reason.because, reason);
    case "no_rule":
      return "no rule selects it";
    case "not_chosen":
      return "nobody chose it";
  }
}

function hitsText(hits: readonly RuleHit[]): string {
  return hits
    .map((hit) =>
      hit.because.length === 0 ? ruleText(hit) : `${ruleText(hit)}: ${hit.because.map(factText).join(", ")}`,
    )
    .join("; and by ");
}

function ofRule(because: readonly PredicateFact[], rule: NamedRule): string {
  const facts = because.map(factText).join(", ");
  const last = because.at(-1);
  return last?.kind === "among" || last?.kind === "beyond"
    ? `${facts} of ${ruleText(rule)}`
    : `${facts} (${ruleText(rule)})`;
}

/** One fact that decided, in words: “idle 132 days (pushed)”, “beyond the 3 newest”. */
export function factText(fact: PredicateFact): string {
  switch (fact.kind) {
    case "idle":
      if (fact.clock === "created") return `built ${countOf(fact.measuredDays, "day", "days")} ago`;
      if (fact.clock === "untaggedSince") return `untagged for ${countOf(fact.measuredDays, "day", "days")}`;
      return `idle ${countOf(fact.measuredDays, "day", "days")} (${fact.clock})`;
    case "within": {
      const verb = { pushed: "pushed", active: "active", created: "built", untaggedSince: "untagged" }[fact.clock];
      return `${verb} ${countOf(fact.measuredDays, "day", "days")} ago, within ${countOf(fact.days, "day", "days")}`;
    }
    case "beyond":
      return `beyond the ${bestOf(fact.n, fact.order)}${groupText(fact.group)}`;
    case "among":
      return `among ${bestOf(fact.n, fact.order)}${groupText(fact.group)}`;
    case "tagsDue":
      return dueText(fact);
    case "tagAmongLatest":
      return `its tag ${quoted(fact.tag)} is ${fact.n === 1 ? "the latest" : `among the ${fact.n} latest`}`;
    case "tagWithinDays":
      return `its tag ${quoted(fact.tag)} was pushed ${countOf(fact.measuredDays, "day", "days")} ago, within ${countOf(fact.days, "day", "days")}`;
    case "untagged":
      return "untagged";
    case "tagged":
      return "it has a tag";
    case "member":
      return "part of another image";
    case "unknown":
      return unknownText(fact.unknown);
  }
}

function dueText({ keepLatestTags, keepDays }: LifecycleKeep): string {
  const latest =
    keepLatestTags === null
      ? []
      : [keepLatestTags === 1 ? "not the latest tag" : `not among the ${keepLatestTags} latest tags`];
  const days = keepDays === null ? [] : [`pushed more than ${countOf(keepDays, "day", "days")} ago`];
  return [...latest, ...days].join(", ");
}

function groupText(group: string | null): string {
  return group === null ? "" : ` of ${quoted(group)}`;
}

/** What is not known, in words: “its push time is unknown”. */
export function unknownText(unknown: UnknownFact): string {
  switch (unknown.what) {
    case "pushed":
      return "its push time is unknown";
    case "created":
      return "its build time is unknown";
    case "untaggedSince":
      return "since when it is untagged is unknown";
    case "version":
      return "none of its tags is a version";
    case "group":
      return "none of its tags names a group";
    case "pullTracking":
      if (unknown.sinceMs === null) return "pulls are not recorded";
      return unknown.untilMs === undefined
        ? `pulls are recorded only since ${dayText(unknown.sinceMs)}`
        : `pulls are recorded only since ${dayText(unknown.sinceMs)}, long enough from ${dayText(unknown.untilMs)} on`;
  }
}

function ruleText(rule: NamedRule): string {
  return `rule *${rule.ruleName}*`;
}

function named(artifact: { digest: string; tag: string | null }): string {
  return artifact.tag === null ? shortDigest(artifact.digest) : quoted(artifact.tag);
}
