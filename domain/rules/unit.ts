import { type ImageGraph, imageTags, reachableFrom } from "@/domain/images/image-graph";
import { type Artifact, DAY_MS, type FactsFrame, type TagFact } from "./facts";
import type { Clock } from "./predicate";

/** An artifact as rules see it: what belongs to it already drawn together. */
export interface Unit {
  artifact: Artifact;
  /** Tags that people gave, without fallback tags. */
  tags: readonly TagFact[];
  /** The names of `tags`, one list for all rules that take them all. */
  tagNames: readonly string[];
  /** Lives with an index or a subject that is there: it counts nowhere, and is not untagged for having no tag. */
  isMember: boolean;
  isUntagged: boolean;
  /** Indexes and subjects that hold it, by position. */
  holders: readonly number[];
  /** Whether it takes one of the N places in beyond and among. What is broken or unreadable must not displace what is whole. */
  isCounted: boolean;
  /** Children that it or an index inside it lacks. */
  missingChildren: number;
  /** Latest known push of the manifest or of one of its tags: a moved tag is a sign of life. */
  knownPushedAt: number;
  /** False where one of those times is not known. */
  isPushKnown: boolean;
  /** No push of it was later than this: what is not known counts from when it was first seen; null where not even that is known. */
  pushedAtLatest: number | null;
  /** Last pull of it or of a child: clients pull an index and then one child by digest. */
  lastPulledAt: number | null;
  createdAt: number | null;
}

/** What a clock shows: a moment, nothing (the clock does not apply), or that it cannot be read, and why. */
export type ClockReading = number | "none" | UnknownFact;

export type UnknownFact =
  | { what: "pushed" | "created" | "untaggedSince" | "version" | "group" }
  /** Pulls are recorded only since then (epoch ms), or not at all. */
  | {
      what: "pullTracking";
      sinceMs: number | null /** From when on they are recorded long enough. */;
      untilMs?: number;
    };

// Reproducible builds stamp 1970 or 1980: that says nothing about age, and would make every such image look ancient.
const EARLIEST_CREDIBLE_CREATION_MS = Date.UTC(1981, 0, 1);

/** Draws together what each artifact's rules look at. Positions are those of `artifacts` and of the graph. */
export function buildUnits(artifacts: readonly Artifact[], graph: ImageGraph): Unit[] {
  return artifacts.map((artifact, at) => {
    const tags = imageTags(artifact.tags);
    const isMember = graph.isMember(at);
    const children = graph.childrenOf[at] ?? [];
    // Most have no parts: nothing is made for them, as this is done for each of millions.
    const parts =
      children.length === 0
        ? null
        : [...reachableFrom([at], (node) => graph.childrenOf[node] ?? [])].flatMap((node) => artifacts[node] ?? []);
    const missingChildren = countMissing(at, artifacts, graph);
    const { knownPushedAt, isPushKnown, pushedAtLatest } = pushesOf(artifact, tags);
    return {
      artifact,
      tags,
      tagNames: tags.map((tag) => tag.name),
      isMember,
      isUntagged: tags.length === 0 && !isMember,
      holders: isMember ? [...(graph.parentsOf[at] ?? []), ...(graph.subjectsOf[at] ?? [])] : NO_HOLDERS,
      isCounted: !isMember && !artifact.isUnreadable && artifact.kind !== "unknown" && missingChildren === 0,
      missingChildren,
      knownPushedAt,
      isPushKnown,
      pushedAtLatest,
      lastPulledAt: parts === null ? artifact.lastPulledAt : latest(parts.map((part) => part.lastPulledAt)),
      createdAt: parts === null ? credible(artifact.createdAt) : latest(parts.map((part) => credible(part.createdAt))),
    };
  });
}

const NO_HOLDERS: readonly number[] = [];

type Push = Pick<TagFact, "pushedAt" | "firstSeenAt">;

/** What is known of the pushes of an artifact: of its manifest, and of each of its tags. */
function pushesOf(
  artifact: Push,
  tags: readonly Push[],
): Pick<Unit, "knownPushedAt" | "isPushKnown" | "pushedAtLatest"> {
  let knownPushedAt = Number.NEGATIVE_INFINITY;
  let isPushKnown = true;
  let pushedAtLatest: number | null = Number.NEGATIVE_INFINITY;
  for (let at = -1; at < tags.length; at++) {
    const push = at < 0 ? artifact : tags[at];
    if (push === undefined) continue;
    const { pushedAt } = push;
    if (pushedAt === null) isPushKnown = false;
    else if (pushedAt > knownPushedAt) knownPushedAt = pushedAt;
    const bound: number | null = pushedAt ?? push.firstSeenAt ?? null;
    if (bound === null) pushedAtLatest = null;
    else if (pushedAtLatest !== null && bound > pushedAtLatest) pushedAtLatest = bound;
  }
  return { knownPushedAt, isPushKnown, pushedAtLatest };
}

/** Children that an index lacks, as the crawl or the facts show it, those of indexes inside it included. */
function countMissing(at: number, artifacts: readonly Artifact[], graph: ImageGraph): number {
  if (graph.childrenOf[at]?.length === 0)
    return Math.max(artifacts[at]?.missingChildren ?? 0, graph.missingChildrenOf[at] ?? 0);
  let missing = 0;
  for (const part of reachableFrom([at], (node) => graph.childrenOf[node] ?? [])) {
    missing += Math.max(artifacts[part]?.missingChildren ?? 0, graph.missingChildrenOf[part] ?? 0);
  }
  return missing;
}

/**
 * Reads a clock. Where a part of it is unknown, what is known still counts as long as it lies within the last `days`: a lower bound is
 * enough to say that something is young, never that it is old. The other way round, what was first seen longer ago than that is old.
 */
export function readClock(unit: Unit, clock: Clock, days: number, frame: FactsFrame): ClockReading {
  const youngFromMs = frame.nowMs - days * DAY_MS;
  if (clock === "untaggedSince") {
    if (!unit.isUntagged) return "none";
    return unit.artifact.untaggedSince ?? { what: "untaggedSince" };
  }
  if (clock === "created") return unit.createdAt ?? { what: "created" };
  if (clock === "pushed") {
    if (unit.isPushKnown || unit.knownPushedAt >= youngFromMs) return unit.knownPushedAt;
    const { pushedAtLatest } = unit;
    return pushedAtLatest === null || pushedAtLatest >= youngFromMs ? { what: "pushed" } : pushedAtLatest;
  }
  const active = lastActive(unit);
  if (active >= youngFromMs) return active;
  if (unit.pushedAtLatest === null || unit.pushedAtLatest >= youngFromMs) return { what: "pushed" };
  const since = frame.pullTrackingSinceMs;
  if (since === null) return { what: "pullTracking", sinceMs: null };
  if (since >= youngFromMs) return { what: "pullTracking", sinceMs: since, untilMs: since + days * DAY_MS };
  return Math.max(active, unit.pushedAtLatest);
}

/** The later of its last push and its last pull from outside: an image that nobody pulled yet counts from its push. */
export function lastActive(unit: Unit): number {
  return Math.max(unit.knownPushedAt, unit.lastPulledAt ?? Number.NEGATIVE_INFINITY);
}

function credible(createdAt: number | null): number | null {
  return createdAt !== null && createdAt >= EARLIEST_CREDIBLE_CREATION_MS ? createdAt : null;
}

function latest(times: readonly (number | null)[]): number | null {
  let result: number | null = null;
  for (const time of times) if (time !== null && (result === null || time > result)) result = time;
  return result;
}
