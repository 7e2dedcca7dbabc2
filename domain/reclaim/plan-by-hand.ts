import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { compareText } from "@/domain/rules/facts";
import type { Unit } from "@/domain/rules/unit";
import type { HandChoice } from "@/domain/rules/verdict";
import { completePlan } from "./complete-plan";
import { guardFor, type OwnContext, type OwnDecision, stay, type UntagDecision } from "./decide-own";
import { handGraceMs, holdOf } from "./guards";
import { nameOf } from "./keep-closure";
import type { HandPick, HandPlanInput, ReclaimPlan } from "./plan";
import { drawPlanFacts, type PlanFacts } from "./plan-facts";

/**
 * Plans what somebody chose, closed over who needs whom just as a plan by rules. What no choice may damage stays: what is pinned, in use or
 * unreadable, parts of what stays, immutable tags. Rules have no say, and the last image of a repository may go. Pure; takes whole repositories.
 */
export function planByHand(input: HandPlanInput): ReclaimPlan {
  const facts = drawPlanFacts(input);
  const own = facts.units.map((unit, at) => {
    const { repositoryName, digest } = unit.artifact;
    return decideByHand(at, unit, input.pickOf(repositoryName, digest), facts, input.by);
  });
  return completePlan(facts, own, input);
}

function decideByHand(
  at: number,
  unit: Unit,
  pick: HandPick | undefined,
  facts: PlanFacts,
  by: HandChoice,
): OwnDecision {
  const hold = holdOf(unit.artifact) ?? facts.context.holdsOfParts.get(at) ?? null;
  if (hold !== null) return stay(hold);
  // A member without a tag of its own goes where its whole goes, chosen or not. A fallback tag is none: it is what makes a signature one, and
  // taken away alone it would lose the signature to its image and to us.
  if (unit.isMember && unit.tags.length === 0) {
    const guard = handGuard(at, unit, facts.context);
    return guard === null ? { state: "follow" } : stay(guard);
  }
  if (pick === undefined) return stay({ code: "not_chosen" });
  if (pick.what === "tags") return decideTags(at, unit, pick, facts, by);
  const { immutableTags } = unit.artifact;
  if (immutableTags.length > 0) return stay({ code: "immutable_tag", tags: [...immutableTags].sort() });
  const guard = handGuard(at, unit, facts.context);
  return guard === null ? { state: "go", hits: [], reason: { code: "by_hand", ...by } } : stay(guard);
}

function decideTags(
  at: number,
  unit: Unit,
  pick: Extract<HandPick, { what: "tags" }>,
  { artifacts, graph, context }: PlanFacts,
  by: HandChoice,
): OwnDecision {
  const { artifact } = unit;
  const all = artifact.tags.map((tag) => tag.name).sort(compareText);
  const [subject] = graph.subjectsOf[at] ?? [];
  const chosen = all.filter((tag) => pick.tags.includes(tag));
  // Signatures may be kept in another repository than the image: their fallback tag is as much of them there.
  const elsewhere = context.subjectElsewhere(at);
  const isNeeded = subject !== undefined || elsewhere !== null;
  const tags = isNeeded ? chosen.filter((tag) => subjectOfFallbackTag(tag) === null) : chosen;
  if (chosen.length === 0) return stay({ code: "not_chosen" });
  if (tags.length === 0 && subject === undefined && elsewhere !== null) {
    return stay({ code: "subject_elsewhere", digest: elsewhere });
  }
  if (tags.length === 0) return stay({ code: "referrer_of", ...nameOf(artifacts[subject ?? at]) });
  const immutable = tags.filter((tag) => artifact.immutableTags.includes(tag));
  if (immutable.length > 0) return stay({ code: "immutable_tag", tags: immutable });
  const keptTags = all.filter((tag) => !tags.includes(tag));
  const untag = (digestStays: Extract<UntagDecision["reason"], { code: "by_hand_tags" }>["digestStays"]) =>
    ({
      ...{ state: "untag", hits: [], tags, isForced: true },
      reason: { code: "by_hand_tags", keptTags, digestStays, ...by },
    }) satisfies UntagDecision;
  if (keptTags.length > 0 || !pick.andImage) return untag(null);
  const guard = handGuard(at, unit, context);
  if (guard !== null) return untag(guard);
  return { state: "go", hits: [], reason: { code: "by_hand", ...by }, otherwise: untag(null) };
}

function handGuard(at: number, unit: Unit, context: OwnContext) {
  const graceMs = handGraceMs(unit, context.frame.graceMs);
  return guardFor(at, unit, { ...context, frame: { ...context.frame, graceMs } });
}
