import type { ImageGraph } from "@/domain/images/image-graph";
import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { type Artifact, inTextOrder } from "@/domain/rules/facts";
import type { Unit } from "@/domain/rules/unit";
import { closureMembers, type MemberNode } from "./closure-members";
import type { OwnDecision } from "./decide-own";
import { measureBytes } from "./measure-bytes";
import type { PlanItem, PlanMove, PlanTotals } from "./plan";

/** A move of a plan by positions. */
export interface PositionedMove {
  at: number;
  members: readonly MemberNode[];
  /** Of a reclaim, the top one and its members in the order of copying; stays: not removed by this move. Empty for an untag. */
  nodes: readonly { at: number; stays: boolean }[];
}

/** What removes a manifest: the item by its place in the order; `role` null for its top one. */
export interface Removal {
  top: number;
  item: number;
  role: MemberNode["role"] | null;
}

/**
 * Lists the moves that settled decisions come to, oldest push first. `removals` says of each manifest that goes which of them removes it.
 */
export function listMoves(
  units: readonly Unit[],
  graph: ImageGraph,
  own: readonly OwnDecision[],
): { moves: PositionedMove[]; removals: ReadonlyMap<number, Removal> } {
  const planned: { at: number; members: readonly MemberNode[] }[] = [];
  own.forEach((decision, at) => {
    // Whoever has an index or subject goes inside its item; were that kept, this would be needed and stay.
    const isTop = decision.state === "go" && !graph.isMember(at);
    if (isTop) planned.push({ at, members: closureMembers(at, graph) });
    if (decision.state === "untag") planned.push({ at, members: [] });
  });
  planned.sort((a, b) => pushOrder(units[a.at]) - pushOrder(units[b.at]) || a.at - b.at);

  const goes = (at: number) => own[at]?.state !== "stay" && own[at]?.state !== "untag";
  // The last one that holds it, so that no item that is left out loses a part.
  const removals = new Map<number, Removal>();
  planned.forEach(({ at, members }, item) => {
    if (goes(at)) removals.set(at, { top: at, item, role: null });
    for (const member of members) if (goes(member.at)) removals.set(member.at, { top: at, item, role: member.role });
  });
  const stays = (at: number, item: number) => removals.get(at)?.item !== item;
  return {
    removals,
    moves: planned.map(({ at, members }, item) => ({
      at,
      members,
      nodes: goes(at)
        ? members.length === 0
          ? [{ at, stays: false }]
          : [{ at, stays: false }, ...members.map((member) => ({ at: member.at, stays: stays(member.at, item) }))]
        : [],
    })),
  };
}

/** A move by names, as it is stored. Null where its decision is none to move anything, which no listed move's is. */
export function describeMove(
  { at, members, nodes }: PositionedMove,
  artifacts: readonly Artifact[],
  units: readonly Unit[],
  decision: OwnDecision | undefined,
): PlanMove | null {
  const artifact = artifacts[at];
  if (artifact === undefined || (decision?.state !== "go" && decision?.state !== "untag")) return null;
  const tags = tagNames(artifact);
  return {
    action: decision.state === "go" ? "reclaim" : "untag",
    repositoryName: artifact.repositoryName,
    digest: artifact.digest,
    kind: artifact.kind,
    mediaType: artifact.mediaType,
    tags,
    selectedTags: decision.state === "go" ? tags : decision.tags,
    hits: decision.hits,
    members: members.flatMap((member, index) => {
      const part = artifacts[member.at];
      if (part === undefined) return [];
      const { digest, mediaType } = part;
      // The top one comes first among the nodes.
      return [{ digest, role: member.role, mediaType, tags: tagNames(part), stays: nodes[index + 1]?.stays !== false }];
    }),
    pushedAt: units[at]?.isPushKnown === true ? units[at].knownPushedAt : null,
    lastPulledAt: units[at]?.lastPulledAt ?? null,
  };
}

/** Moves of a whole plan with their sizes. */
export function buildItems(
  artifacts: readonly Artifact[],
  units: readonly Unit[],
  own: readonly OwnDecision[],
  moves: readonly PositionedMove[],
  isBlobHeldElsewhere?: (digest: string) => boolean,
): PlanItem[] {
  const sizes = measureBytes(moves, artifacts, isBlobHeldElsewhere);
  return moves.flatMap((move, item): PlanItem[] => {
    const described = describeMove(move, artifacts, units, own[move.at]);
    const size = sizes[item];
    return described === null || size === undefined ? [] : [{ ...described, ...size }];
  });
}

function tagNames({ tags }: Artifact): readonly string[] {
  return inTextOrder(tags.map((tag) => tag.name));
}

/** What moves are ordered by, lowest first: what was pushed when nobody knows goes last. */
export function pushOrder(unit: Unit | undefined): number {
  return unit?.isPushKnown === true ? unit.knownPushedAt : Number.MAX_VALUE;
}

/** Totals of items; `moves` is the number of manifests removed at their source. */
export function totalsOf(items: readonly PlanItem[], moves: number): PlanTotals {
  const totals = { images: 0, manifests: moves, tags: 0, untagged: 0, logicalBytes: 0, freedBytes: 0 };
  for (const item of items) {
    if (item.action === "reclaim") totals.images++;
    else totals.untagged++;
    totals.tags += countTags(item);
    totals.logicalBytes += item.logicalSizeBytes;
    totals.freedBytes += item.uniqueSizeBytes;
  }
  return totals;
}

/** Tags that a move takes, those of its members included; fallback tags are not counted. */
export function countTags({ selectedTags, members }: Pick<PlanMove, "selectedTags" | "members">): number {
  let tags = tagCount(selectedTags);
  for (const member of members) if (!member.stays) tags += tagCount(member.tags);
  return tags;
}

function tagCount(names: readonly string[]): number {
  let count = 0;
  for (const name of names) if (subjectOfFallbackTag(name) === null) count++;
  return count;
}
