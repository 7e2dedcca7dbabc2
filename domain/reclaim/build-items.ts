import { type ImageGraph, imageTags } from "@/domain/images/image-graph";
import { type Artifact, compareText } from "@/domain/rules/facts";
import type { Unit } from "@/domain/rules/unit";
import { closureMembers, type MemberNode } from "./closure-members";
import type { OwnDecision } from "./decide-own";
import { measureBytes } from "./measure-bytes";
import type { PlanBasis, PlanItem, PlanTotals } from "./plan";

interface Move {
  at: number;
  members: MemberNode[];
}

/**
 * Turns settled decisions into the moves of a run, oldest push first. `tops` says of each manifest that goes which item removes it; `moves` counts these.
 */
export function buildItems(
  artifacts: readonly Artifact[],
  units: readonly Unit[],
  graph: ImageGraph,
  own: readonly OwnDecision[],
  input: PlanBasis,
) {
  const planned: Move[] = [];
  own.forEach((decision, at) => {
    // Whoever has an index or subject goes inside its item; were that kept, this would be needed and stay.
    const isTop = decision.state === "go" && !graph.isMember(at);
    if (isTop) planned.push({ at, members: closureMembers(at, graph) });
    if (decision.state === "untag") planned.push({ at, members: [] });
  });
  planned.sort((a, b) => pushOrder(units, a.at) - pushOrder(units, b.at) || a.at - b.at);

  const goes = (at: number) => own[at]?.state !== "stay" && own[at]?.state !== "untag";
  /** The item that removes each manifest: the last one that holds it, so that no item that is left out loses a part. */
  const tops = new Map<number, { top: number; item: number; role: MemberNode["role"] | null }>();
  planned.forEach(({ at, members }, item) => {
    if (goes(at)) tops.set(at, { top: at, item, role: null });
    for (const member of members) if (goes(member.at)) tops.set(member.at, { top: at, item, role: member.role });
  });
  const stays = (at: number, item: number) => tops.get(at)?.item !== item;
  const sizes = measureBytes(
    planned.map(({ at, members }, item) => ({
      nodes: goes(at)
        ? [{ at, stays: false }, ...members.map((member) => ({ at: member.at, stays: stays(member.at, item) }))]
        : [],
    })),
    artifacts,
    input.isBlobHeldElsewhere,
  );
  const items = planned.flatMap(({ at, members }, item): PlanItem[] => {
    const artifact = artifacts[at];
    const decision = own[at];
    const size = sizes[item];
    if (artifact === undefined || size === undefined) return [];
    if (decision?.state !== "go" && decision?.state !== "untag") return [];
    const tags = tagNames(artifact);
    return [
      {
        action: decision.state === "go" ? "reclaim" : "untag",
        repositoryName: artifact.repositoryName,
        digest: artifact.digest,
        kind: artifact.kind,
        mediaType: artifact.mediaType,
        tags,
        selectedTags: decision.state === "go" ? tags : decision.tags,
        hits: decision.hits,
        members: members.flatMap((member) => {
          const part = artifacts[member.at];
          if (part === undefined) return [];
          const { digest, mediaType } = part;
          return [{ digest, role: member.role, mediaType, tags: tagNames(part), stays: stays(member.at, item) }];
        }),
        pushedAt: units[at]?.isPushKnown === true ? units[at].knownPushedAt : null,
        lastPulledAt: units[at]?.lastPulledAt ?? null,
        ...size,
      },
    ];
  });
  return { items, tops, moves: tops.size };
}

function tagNames(artifact: Artifact): string[] {
  return artifact.tags.map((tag) => tag.name).sort(compareText);
}

function pushOrder(units: readonly Unit[], at: number): number {
  const unit = units[at];
  return unit?.isPushKnown === true ? unit.knownPushedAt : Number.MAX_VALUE;
}

/** Totals of items; `moves` is the number of manifests removed at their source. */
export function totalsOf(items: readonly PlanItem[], moves: number): PlanTotals {
  const totals = { images: 0, manifests: moves, tags: 0, untagged: 0, logicalBytes: 0, freedBytes: 0 };
  for (const item of items) {
    if (item.action === "reclaim") totals.images++;
    else totals.untagged++;
    totals.tags += tagCount(item.selectedTags);
    for (const member of item.members) if (!member.stays) totals.tags += tagCount(member.tags);
    totals.logicalBytes += item.logicalSizeBytes;
    totals.freedBytes += item.uniqueSizeBytes;
  }
  return totals;
}

function tagCount(names: readonly string[]): number {
  return imageTags(names.map((name) => ({ name }))).length;
}
