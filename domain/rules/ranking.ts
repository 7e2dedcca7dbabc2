import { compareVersions, parseTagVersion, type TagVersion } from "@/lib/semver-range";
import { compareText, type FactsFrame } from "./facts";
import type { Order } from "./predicate";
import { lastActive, type Unit, type UnknownFact } from "./unit";

/** Where an artifact stands: its best place over its groups, counted from 0. */
export interface Place {
  position: number;
  group: string | null;
}
export type Standing = Place | UnknownFact;

/** What ranking needs of one selected artifact. */
export interface Contender {
  /** Position of the unit among all units of the plan. */
  at: number;
  unit: Unit;
  /** Its tags that the rule's selector took: versions and groups are read from these. */
  tags: readonly string[];
  /** Whether it takes a place itself. Others learn where they would stand, and push nobody down. */
  isCounted: boolean;
}

const NO_GROUPS: readonly null[] = [null];
type Key = number | TagVersion;
interface Entry {
  at: number;
  key: Key;
  digest: string;
}

/**
 * Ranks the selected artifacts of one repository, best first, ties by digest. Deterministic whatever the order given.
 * A member stands where the index or subject that holds it stands, so that a part never fares worse than its whole.
 * What has no key takes no place: nothing known is pushed down by something unknown.
 */
export class Ranking {
  private readonly groups = new Map<string | null, Entry[]>();
  private readonly places = new Map<number, Place>();
  /** By position; made once a part is asked for, which few rules come to. */
  private byPosition: ReadonlyMap<number, Contender> | null = null;

  constructor(
    private readonly contenders: readonly Contender[],
    private readonly order: Order,
    private readonly groupOf: ((tag: string) => string | null) | null,
    private readonly frame: FactsFrame,
  ) {
    for (const contender of contenders) if (contender.isCounted) this.enter(contender);
    for (const [group, entries] of this.groups) {
      entries.sort(compareEntries);
      let position = 0;
      for (const { at } of entries) {
        const place = { position: position++, group };
        const best = this.places.get(at);
        if (best === undefined || isBetterPlace(place, best)) this.places.set(at, place);
      }
    }
  }

  /** Where a contender stands, or what is not known of it. */
  standingOf(contender: Contender): Standing {
    const own = this.places.get(contender.at);
    if (own !== undefined) return own;
    return this.placeOfHolder(contender) ?? this.placeIfEntered(contender);
  }

  private enter(contender: Contender): void {
    const key = this.keyOf(contender);
    if (isUnknown(key)) return;
    const groups = this.groupsOf(contender);
    if (isUnknown(groups)) return;
    const entry = { at: contender.at, key, digest: contender.unit.artifact.digest };
    for (const group of groups) {
      const entries = this.groups.get(group);
      if (entries === undefined) this.groups.set(group, [entry]);
      else entries.push(entry);
    }
  }

  private placeOfHolder(contender: Contender): Place | null {
    if (contender.unit.holders.length === 0) return null;
    this.byPosition ??= new Map(this.contenders.map((one) => [one.at, one]));
    let best: Place | null = null;
    const seen = new Set([contender.at]);
    const pending = [...contender.unit.holders];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const place = this.places.get(at);
      if (place !== undefined && (best === null || isBetterPlace(place, best))) best = place;
      pending.push(...(this.byPosition.get(at)?.unit.holders ?? []));
    }
    return best;
  }

  private placeIfEntered(contender: Contender): Standing {
    const key = this.keyOf(contender);
    if (isUnknown(key)) return key;
    const groups = this.groupsOf(contender);
    if (isUnknown(groups)) return groups;
    const entry = { at: contender.at, key, digest: contender.unit.artifact.digest };
    let best: Place | null = null;
    for (const group of groups) {
      const place = { position: countBetter(this.groups.get(group) ?? [], entry), group };
      if (best === null || isBetterPlace(place, best)) best = place;
    }
    return best ?? { what: "group" };
  }

  private keyOf({ unit, tags }: Contender): Key | UnknownFact {
    switch (this.order) {
      case "pushed":
        return unit.isPushKnown ? unit.knownPushedAt : { what: "pushed" };
      case "created":
        return unit.createdAt ?? { what: "created" };
      case "active":
        if (this.frame.pullTrackingSinceMs === null && unit.lastPulledAt === null)
          return { what: "pullTracking", sinceMs: null };
        return unit.isPushKnown ? lastActive(unit) : { what: "pushed" };
      case "semver": {
        let highest: TagVersion | null = null;
        for (const tag of tags) {
          const version = parseTagVersion(tag);
          if (version !== null && (highest === null || compareVersions(version, highest) > 0)) highest = version;
        }
        return highest ?? { what: "version" };
      }
    }
  }

  private groupsOf({ tags }: Contender): readonly (string | null)[] | UnknownFact {
    const { groupOf } = this;
    if (groupOf === null) return NO_GROUPS;
    const groups: string[] = [];
    for (const tag of tags) {
      const group = groupOf(tag);
      if (group !== null && !groups.includes(group)) groups.push(group);
    }
    return groups.length > 0 ? groups : { what: "group" };
  }
}

export function isUnknown(value: unknown): value is UnknownFact {
  return typeof value === "object" && value !== null && "what" in value;
}

function isBetterPlace(a: Place, b: Place): boolean {
  return a.position < b.position || (a.position === b.position && compareText(a.group ?? "", b.group ?? "") < 0);
}

function compareEntries(a: Entry, b: Entry): number {
  const byKey =
    typeof a.key === "number" || typeof b.key === "number"
      ? Number(b.key) - Number(a.key)
      : compareVersions(b.key, a.key);
  return byKey === 0 ? compareText(a.digest, b.digest) : byKey;
}

function countBetter(entries: readonly Entry[], entry: Entry): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candidate = entries[middle];
    if (candidate !== undefined && compareEntries(candidate, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
