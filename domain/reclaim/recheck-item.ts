import { buildImageGraph, type ImageGraph } from "@/domain/images/image-graph";
import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { type Artifact, compareText, exemptionFrom } from "@/domain/rules/facts";
import { reasonText } from "@/domain/rules/reason-text";
import { buildUnits, type Unit } from "@/domain/rules/unit";
import type { KeepReason, RuleHit } from "@/domain/rules/verdict";
import { closureMembers } from "./closure-members";
import { guardOf, handGraceMs, holdOf, holdsOfParts, unreadableByRepository } from "./guards";
import { nameOf } from "./keep-closure";
import type { PlanMember, PlanMove } from "./plan";

/** What is true right before a move. */
export interface RecheckInput {
  item: PlanMove;
  /** Fresh facts of the item's whole repository. Artifacts of others are not looked at. */
  artifacts: readonly Artifact[];
  /** The rules as they are now, by id, a rule that is gone left out; or that somebody chose the item by hand, and rules have no say. */
  rules: ReadonlyMap<string, { revision: number; isEnabled: boolean; allowLastArtifact: boolean }> | "by_hand";
  /** `now` of the plan: whatever was pushed or pulled after it is news. */
  planNowMs: number;
  graceMs: number;
  /** Whether another repository of the registry has this digest now: the item may be a signature of it. */
  isDigestElsewhere(digest: string): boolean;
}

export type StaleReason =
  | { code: "gone" }
  | { code: "tags_changed"; added: string[]; removed: string[] }
  | { code: "rule_changed"; ruleNames: string[] }
  | { code: "pushed_since"; digest: string }
  | { code: "pulled_since"; digest: string }
  | { code: "guarded"; reason: KeepReason }
  /** An index lists it now, or it has become part of another image. */
  | { code: "needed_now"; digest: string }
  /** Something was attached to it since, or a part of it has to stay that cannot stay without it. */
  | { code: "attached_since"; digest: string };

export type RecheckResult =
  /** Members as they are to be moved now: those that something else needs by now stay. */
  { outcome: "proceed"; members: PlanMember[] } | { outcome: "skipped_stale"; reason: StaleReason };

/**
 * Looks once more at an item right before the first step of its move: what changed since the plan is skipped, never moved. Pure.
 * A move that was begun is resumed from its journal, not asked again.
 * Rules are not evaluated again (the rest of the repository may be half moved); that they still stand as they decided is checked.
 */
export function recheckItem(input: RecheckInput): RecheckResult {
  const { item, artifacts, rules, planNowMs, graceMs } = input;
  const repository = artifacts.filter((artifact) => artifact.repositoryName === item.repositoryName);
  const graph = buildImageGraph(repository);
  const top = graph.find(item.repositoryName, item.digest);
  const artifact = top === undefined ? undefined : repository[top];
  if (top === undefined || artifact === undefined) return stale({ code: "gone" });
  const isByHand = rules === "by_hand";
  const fresh: Fresh = {
    repository,
    graph,
    units: buildUnits(repository, graph),
    held: holdsOfParts(repository, graph),
    frame: { nowMs: planNowMs, graceMs },
    isByHand,
    subjectElsewhere: graph.absentSubjectsOf[top]?.find((digest) => input.isDigestElsewhere(digest)) ?? null,
  };
  if (isByHand && item.action === "untag") return recheckUntagByHand(item, top, artifact, fresh);
  const tags = tagChanges(item.tags, artifact);
  if (tags !== null) return stale(tags);
  const rulesChanged = isByHand ? null : changedRules(item, rules);
  if (rulesChanged !== null) return stale(rulesChanged);
  const exempt = isByHand ? null : exemptGuard(item, artifact);
  if (exempt !== null) return stale({ code: "guarded", reason: exempt });
  const { subjectElsewhere } = fresh;
  const elsewhere: KeepReason | null =
    subjectElsewhere === null ? null : { code: "subject_elsewhere", digest: subjectElsewhere };
  const guard = guardAt(top, fresh) ?? immutableGuard(item, artifact) ?? neighbourGuard(item, fresh) ?? elsewhere;
  const news = newsOf(artifact, fresh);
  if (news !== null) return stale(news);
  if (guard !== null) return stale({ code: "guarded", reason: guard });
  if (item.action === "untag") return { outcome: "proceed", members: [] };
  const isLast = repository.every((_, at) => at === top || graph.isMember(at));
  if (!isByHand && isLast && !item.hits.some(({ ruleId }) => rules.get(ruleId)?.allowLastArtifact === true)) {
    return stale({ code: "guarded", reason: { code: "last_artifact" } });
  }
  return recheckClosure(item, top, fresh);
}

/** Of an untag by hand only the tags that go must be as they were: the digest stays, whatever became of the others. */
function recheckUntagByHand(item: PlanMove, top: number, artifact: Artifact, fresh: Fresh): RecheckResult {
  const hold =
    holdOf(artifact) ?? fresh.held.get(top) ?? immutableGuard(item, artifact) ?? fallbackGuard(item, top, fresh);
  if (hold !== null) return stale({ code: "guarded", reason: hold });
  const now = new Set(artifact.tags.map((tag) => tag.name));
  if (item.selectedTags.some((tag) => now.has(tag))) return { outcome: "proceed", members: [] };
  return stale({ code: "tags_changed", added: [], removed: [...item.selectedTags] });
}

/** Why an item was skipped, in plain words. */
export function staleText(reason: StaleReason): string {
  switch (reason.code) {
    case "gone":
      return "it is no longer in the registry";
    case "tags_changed":
      return `its tags changed since the plan (${[...reason.added.map((tag) => `+${tag}`), ...reason.removed.map((tag) => `−${tag}`)].join(", ")})`;
    case "rule_changed":
      return `changed or disabled since the plan: ${reason.ruleNames.join(", ")}`;
    case "pushed_since":
      return "it was pushed again since the plan";
    case "pulled_since":
      return "it was pulled since the plan";
    case "guarded":
      return reasonText({ decision: "keep", reason: reason.reason });
    case "needed_now":
      return `another image needs it by now (${reason.digest})`;
    case "attached_since":
      return `something that stays belongs to it by now (${reason.digest})`;
  }
}

interface Fresh {
  repository: readonly Artifact[];
  graph: ImageGraph;
  units: readonly Unit[];
  held: ReadonlyMap<number, KeepReason>;
  frame: { nowMs: number; graceMs: number };
  isByHand: boolean;
  /** What the item belongs to, where another repository has it. */
  subjectElsewhere: string | null;
}

function recheckClosure(item: PlanMove, top: number, fresh: Fresh): RecheckResult {
  const { repository, graph } = fresh;
  const holder = [...(graph.parentsOf[top] ?? []), ...(graph.subjectsOf[top] ?? [])][0];
  if (holder !== undefined) return stale({ code: "needed_now", digest: digestAt(repository, holder) });
  const planned = new Map(item.members.map((member) => [member.digest, member]));
  const members = closureMembers(top, graph);
  const attached = members.find(({ at }) => !planned.has(digestAt(repository, at)));
  if (attached !== undefined) return stale({ code: "attached_since", digest: digestAt(repository, attached.at) });

  const going = new Set([top]);
  for (const { at } of members) {
    const member = repository[at];
    const plan = planned.get(digestAt(repository, at));
    if (member === undefined || plan === undefined || plan.stays) continue;
    const news = newsOf(member, fresh);
    if (news !== null) return stale(news);
    if (guardAt(at, fresh) === null && tagChanges(plan.tags, member) === null) going.add(at);
  }
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const at of going) {
      const holders = [...(graph.parentsOf[at] ?? []), ...(graph.subjectsOf[at] ?? [])];
      const needs = [...holders, ...(graph.referrersOf[at] ?? [])];
      const staying = needs.find((other) => !going.has(other));
      if (staying === undefined) continue;
      if (at === top) return stale({ code: "attached_since", digest: digestAt(repository, staying) });
      going.delete(at);
      isSettled = false;
    }
  }
  return {
    outcome: "proceed",
    members: members.flatMap(({ at }) => {
      const plan = planned.get(digestAt(repository, at));
      return plan === undefined ? [] : [{ ...plan, stays: !going.has(at) }];
    }),
  };
}

function guardAt(at: number, { graph, units, held, frame, isByHand }: Fresh): KeepReason | null {
  const unit = units[at];
  if (unit === undefined) return null;
  const graceMs = isByHand ? handGraceMs(unit, frame.graceMs) : frame.graceMs;
  return holdOf(unit.artifact) ?? held.get(at) ?? guardOf(unit, at, graph, { ...frame, graceMs });
}

/** Restored since the plan: of the rules that selected it none may take it again, or what is left does not select all that goes. */
function exemptGuard(item: PlanMove, artifact: Artifact): KeepReason | null {
  const open = item.hits.filter((hit) => exemptionFrom(artifact, hit) === undefined);
  const covered = new Set(open.flatMap((hit) => hit.tags));
  const taken = new Set(item.hits.flatMap((hit) => hit.tags));
  if (open.length > 0 && item.selectedTags.every((tag) => covered.has(tag) || !taken.has(tag))) return null;
  for (const hit of item.hits) {
    const { ruleId, ruleName, revision } = hit;
    const exemption = exemptionFrom(artifact, hit);
    if (exemption !== undefined)
      return { code: "exempt", ruleId, ruleName, revision, who: exemption.who, atMs: exemption.atMs };
  }
  return null;
}

function immutableGuard(item: PlanMove, artifact: Artifact): KeepReason | null {
  const immutable = artifact.immutableTags.filter((tag) => item.selectedTags.includes(tag));
  return immutable.length > 0 ? { code: "immutable_tag", tags: immutable } : null;
}

/** The fallback tag of a signature is what makes it one: it stays while its subject is anywhere. */
function fallbackGuard(item: PlanMove, top: number, { repository, graph, subjectElsewhere }: Fresh): KeepReason | null {
  if (item.selectedTags.every((tag) => subjectOfFallbackTag(tag) === null)) return null;
  const [subject] = graph.subjectsOf[top] ?? [];
  if (subject !== undefined) return { code: "referrer_of", ...nameOf(repository[subject]) };
  return subjectElsewhere === null ? null : { code: "subject_elsewhere", digest: subjectElsewhere };
}

function neighbourGuard(item: PlanMove, { repository }: Fresh): KeepReason | null {
  const neighbour = unreadableByRepository(repository).get(item.repositoryName);
  return neighbour === undefined ? null : { code: "unreadable_neighbour", ...nameOf(neighbour) };
}

function tagChanges(
  planned: readonly string[],
  artifact: Artifact,
): Extract<StaleReason, { code: "tags_changed" }> | null {
  const now = artifact.tags.map((tag) => tag.name).sort(compareText);
  const added = now.filter((tag) => !planned.includes(tag));
  const removed = planned.filter((tag) => !now.includes(tag));
  return added.length + removed.length === 0 ? null : { code: "tags_changed", added, removed };
}

/** The rules that still stand must select all that the item takes; each selected its tags by itself. */
function changedRules(item: PlanMove, rules: Exclude<RecheckInput["rules"], "by_hand">): StaleReason | null {
  const stands = ({ ruleId, revision }: RuleHit) => {
    const rule = rules.get(ruleId);
    return rule?.isEnabled === true && rule.revision === revision;
  };
  const standing = item.hits.filter(stands);
  const covered = new Set(standing.flatMap((hit) => hit.tags));
  const taken = new Set(item.hits.flatMap((hit) => hit.tags));
  if (standing.length > 0 && item.selectedTags.every((tag) => covered.has(tag) || !taken.has(tag))) return null;
  return { code: "rule_changed", ruleNames: item.hits.filter((hit) => !stands(hit)).map((hit) => hit.ruleName) };
}

/** A pull is news for a rule, which may go by pulls, and none for a person, who saw the image and wants it gone. */
function newsOf(artifact: Artifact, { frame: { nowMs: planNowMs }, isByHand }: Fresh): StaleReason | null {
  const pushes = [artifact, ...artifact.tags].map((push) => push.pushedAt ?? push.firstSeenAt ?? null);
  if (pushes.some((push) => push !== null && push > planNowMs))
    return { code: "pushed_since", digest: artifact.digest };
  if (!isByHand && artifact.lastPulledAt !== null && artifact.lastPulledAt > planNowMs) {
    return { code: "pulled_since", digest: artifact.digest };
  }
  return null;
}

function digestAt(artifacts: readonly Artifact[], at: number): string {
  return artifacts[at]?.digest ?? "";
}

function stale(reason: StaleReason): RecheckResult {
  return { outcome: "skipped_stale", reason };
}
