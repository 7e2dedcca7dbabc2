import { compareText, DAY_MS, type FactsFrame, type TagFact } from "./facts";
import type { AppliedLifecycle, LifecycleFact } from "./lifecycle";
import type { Unit } from "./unit";

type Fact = LifecycleFact | { kind: "unknown"; unknown: { what: "pushed" } };

/** What a policy says of an image: the tags that go, or why none does. */
export interface LifecycleOutcome {
  /** null: when its tags were pushed is not known. */
  holds: boolean | null;
  /** The tags that go. */
  tags: readonly string[];
  because: readonly Fact[];
}

interface TagPlace {
  at: number;
  digest: string;
  name: string;
  /** When it was pushed, where that is known; only such a tag has a place among the latest. */
  pushedAt: number | null;
  /** It was pushed then or earlier; null where not even that is known. */
  pushedAtLatest: number | null;
}

/**
 * Evaluates a lifecycle policy over one whole repository, tag by tag: what is neither among its latest N tags nor pushed in the last D days
 * goes. Each of an image's tags counts for itself; fallback tags of referrers never do. Answers an outcome for each tagged image, by position.
 * A tag whose push time is not known is reserved: it has no place among the latest, and is old only where it was first seen that long ago.
 */
export function evaluateLifecycle(
  lifecycle: AppliedLifecycle,
  units: readonly Unit[],
  positions: readonly number[],
  frame: FactsFrame,
): Map<number, LifecycleOutcome> {
  const places = new Map<number, TagPlace[]>();
  const ranked: TagPlace[] = [];
  for (const at of positions) {
    const unit = units[at];
    if (unit === undefined || unit.tags.length === 0) continue;
    const own = unit.tags.map((tag) => placeOf(at, unit, tag));
    places.set(at, own);
    // What is broken or unreadable is kept by guards, and must not push down what is whole.
    if (isWhole(unit)) ranked.push(...own.filter((place) => place.pushedAt !== null));
  }
  ranked.sort(compareLatestFirst);
  const positionOf = new Map(ranked.map((place, position) => [place, position]));
  const outcomes = new Map<number, LifecycleOutcome>();
  for (const [at, own] of places) {
    outcomes.set(
      at,
      decide(lifecycle, own, (place) => positionOf.get(place) ?? null, frame.nowMs),
    );
  }
  return outcomes;
}

function decide(
  lifecycle: AppliedLifecycle,
  own: readonly TagPlace[],
  positionOf: (place: TagPlace) => number | null,
  nowMs: number,
): LifecycleOutcome {
  const tags: string[] = [];
  const reserved: Fact[] = [];
  for (const place of own) {
    const reservation = reservationOf(lifecycle, place, positionOf(place), nowMs);
    if (reservation === null) tags.push(place.name);
    else reserved.push(reservation);
  }
  const { keepLatestTags, keepDays } = lifecycle;
  if (tags.length > 0) return { holds: true, tags, because: [{ kind: "tagsDue", keepLatestTags, keepDays }] };
  const known = reserved.filter((fact) => fact.kind !== "unknown").sort(byWeight);
  const because = known[0] ?? reserved[0];
  return { holds: known.length > 0 ? false : null, tags: [], because: because === undefined ? [] : [because] };
}

/** Why a tag stays; null where it goes. A policy that reserves nothing at all lets nothing go. */
function reservationOf(
  { keepLatestTags, keepDays }: AppliedLifecycle,
  { name: tag, pushedAt, pushedAtLatest }: TagPlace,
  position: number | null,
  nowMs: number,
): Fact | null {
  const unknown = { kind: "unknown", unknown: { what: "pushed" } } as const;
  if (keepLatestTags === null && keepDays === null) return unknown;
  if (keepLatestTags !== null) {
    if (position !== null && position < keepLatestTags) {
      return { kind: "tagAmongLatest", tag, n: keepLatestTags, position: position + 1 };
    }
  }
  if (keepDays !== null && pushedAtLatest !== null) {
    const age = nowMs - pushedAtLatest;
    if (age <= keepDays * DAY_MS) {
      // What was first seen lately may be older than that: it stays, but nobody knows that it is young.
      if (pushedAt === null) return unknown;
      return { kind: "tagWithinDays", tag, days: keepDays, measuredDays: Math.max(0, Math.floor(age / DAY_MS)) };
    }
  }
  if (keepLatestTags !== null && position === null) return unknown;
  return keepDays !== null && pushedAtLatest === null ? unknown : null;
}

function placeOf(at: number, unit: Unit, { name, pushedAt, firstSeenAt }: TagFact): TagPlace {
  return { at, digest: unit.artifact.digest, name, pushedAt, pushedAtLatest: pushedAt ?? firstSeenAt ?? null };
}

function isWhole({ artifact, missingChildren }: Unit): boolean {
  return !artifact.isUnreadable && artifact.kind !== "unknown" && missingChildren === 0;
}

/** Latest push first; ties by digest, then by name, so that the facts alone decide. */
function compareLatestFirst(a: TagPlace, b: TagPlace): number {
  return (b.pushedAt ?? 0) - (a.pushedAt ?? 0) || compareText(a.digest, b.digest) || compareText(a.name, b.name);
}

/** The strongest reason first: the best place among the latest, else the youngest. */
function byWeight(a: Fact, b: Fact): number {
  return weightOf(a) - weightOf(b);
}

function weightOf(fact: Fact): number {
  if (fact.kind === "tagAmongLatest") return fact.position;
  return fact.kind === "tagWithinDays" ? 1e9 + fact.measuredDays : Number.MAX_SAFE_INTEGER;
}
