import { type ImageGraph, reachableFrom } from "@/domain/images/image-graph";
import type { Artifact } from "@/domain/rules/facts";
import type { Unit } from "@/domain/rules/unit";
import type { KeepReason } from "@/domain/rules/verdict";

/** A guard that always speaks, selected or not: nobody may move this artifact at all. */
export function holdOf(artifact: Artifact): KeepReason | null {
  if (artifact.isUnreadable) return { code: "unreadable" };
  if (artifact.kind === "unknown") return { code: "unknown_kind", mediaType: artifact.mediaType };
  if (artifact.isPinned) return { code: "pinned", text: artifact.pinText };
  if (artifact.inUseBy.length > 0) return { code: "in_use", by: artifact.inUseBy };
  return null;
}

/** A guard that speaks where a rule would take the artifact. */
export function guardOf(
  unit: Unit,
  at: number,
  graph: ImageGraph,
  frame: { nowMs: number; graceMs: number },
): KeepReason | null {
  if (unit.missingChildren > 0) return { code: "missing_children", count: unit.missingChildren };
  if (frame.nowMs - unit.knownPushedAt <= frame.graceMs) {
    return { code: "grace", untilMs: unit.knownPushedAt + frame.graceMs };
  }
  if (frame.graceMs > 0 && (unit.pushedAtLatest === null || frame.nowMs - unit.pushedAtLatest <= frame.graceMs)) {
    return { code: "push_unknown" };
  }
  if (hasSeveralOwners(at, graph)) return { code: "several_owners" };
  return null;
}

/**
 * How long a fresh push holds against a person. An image with a tag is finished, and whoever chose it saw it; one without may be part of a push
 * that is under way, which neither its pusher nor whoever chose it can see. Parts go by their whole.
 */
export function handGraceMs(unit: Unit, graceMs: number): number {
  return unit.isUntagged ? graceMs : 0;
}

/**
 * A referrer that something holds which does not hold its subject: another subject, or an index elsewhere. The two would have to go in one
 * move, and a run can end between any two; both stay.
 */
function hasSeveralOwners(at: number, graph: ImageGraph): boolean {
  const subjects = graph.subjectsOf[at] ?? [];
  if (subjects.length === 0 || subjects.length + (graph.parentsOf[at]?.length ?? 0) < 2) return false;
  const owners = headsOf(at, graph);
  return subjects.some((subject) => headsOf(subject, graph).length < owners.length);
}

/** The images at the top of everything that holds an artifact; itself where nothing does. */
function headsOf(at: number, graph: ImageGraph): number[] {
  const above = reachableFrom([at], (node) => [...(graph.parentsOf[node] ?? []), ...(graph.subjectsOf[node] ?? [])]);
  return [...above].filter((node) => !graph.isMember(node));
}

/** Holds of children, passed up to every index that lists them, by position. */
export function holdsOfParts(artifacts: readonly Artifact[], graph: ImageGraph): Map<number, KeepReason> {
  const held = new Map<number, KeepReason>();
  artifacts.forEach((artifact, at) => {
    if ((!artifact.isPinned && artifact.inUseBy.length === 0) || graph.parentsOf[at]?.length === 0) return;
    const { digest } = artifact;
    const reason: KeepReason = artifact.isPinned
      ? { code: "part_pinned", digest, text: artifact.pinText }
      : { code: "part_in_use", digest, by: artifact.inUseBy };
    for (const whole of reachableFrom([at], (node) => graph.parentsOf[node] ?? [])) {
      if (whole !== at && !held.has(whole)) held.set(whole, reason);
    }
  });
  return held;
}

/** For each repository with something whose references are unknown: the first such artifact. It may need anything around it. */
export function unreadableByRepository(artifacts: readonly Artifact[]): Map<string, Artifact> {
  const result = new Map<string, Artifact>();
  for (const artifact of artifacts) {
    if ((artifact.isUnreadable || artifact.kind === "unknown") && !result.has(artifact.repositoryName)) {
      result.set(artifact.repositoryName, artifact);
    }
  }
  return result;
}

/** Members that nothing but other members hold: circles, which content addressing rules out and fallback tags do not. */
export function circularMembers(count: number, graph: ImageGraph): (at: number) => boolean {
  const heads = [];
  for (let at = 0; at < count; at++) if (!graph.isMember(at)) heads.push(at);
  if (heads.length === count) return () => false;
  const anchored = reachableFrom(heads, (node) => {
    const children = graph.childrenOf[node] ?? [];
    const referrers = graph.referrersOf[node] ?? [];
    return referrers.length === 0 ? children : [...children, ...referrers];
  });
  return (at) => !anchored.has(at);
}
