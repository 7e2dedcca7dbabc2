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
  /** Its place in the list of contenders. */
  index: number;
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
const NOWHERE = -1;

/**
 * Ranks the selected artifacts of one repository, best first, ties by digest. Deterministic whatever the order given.
 * A member stands where the index or subject that holds it stands, so that a part never fares worse than its whole.
 * What has no key takes no place: nothing known is pushed down by something unknown.
 */
export class Ranking {
  /** By group: who takes a place in it, best first. Contenders are meant by their index throughout: millions are ranked, and columns are small. */
  private readonly groups = new Map<string | null, number[]>();
  private readonly times: Float64Array;
  private readonly versions: TagVersion[] = [];
  private readonly positions: Int32Array;
  /** The group of each one's best position, where there are groups. */
  private readonly bestGroups: (string | null)[] = [];
  /** By position of the unit; made once a part is asked for, which few rules come to. */
  private byUnit: ReadonlyMap<number, Contender> | null = null;

  constructor(
    private readonly contenders: readonly Contender[],
    private readonly order: Order,
    private readonly groupOf: ((tag: string) => string | null) | null,
    private readonly frame: FactsFrame,
  ) {
    this.times = new Float64Array(contenders.length);
    this.positions = new Int32Array(contenders.length).fill(NOWHERE);
    for (const contender of contenders) if (contender.isCounted) this.enter(contender);
    const compare = (a: number, b: number) => this.compare(a, b);
    for (const [group, entries] of this.groups) {
      entries.sort(compare);
      for (let position = 0; position < entries.length; position++) this.place(entries[position] ?? 0, position, group);
    }
  }

  /** How many stand before a contender, in the best of its groups, or what is not known of it. */
  positionOf(contender: Contender): number | UnknownFact {
    const own = this.positions[contender.index] ?? NOWHERE;
    if (own !== NOWHERE) return own;
    const standing = this.standingOf(contender);
    return isUnknown(standing) ? standing : standing.position;
  }

  /** Where a contender stands, or what is not known of it. */
  standingOf(contender: Contender): Standing {
    return this.ownPlace(contender.index) ?? this.placeOfHolder(contender) ?? this.placeIfEntered(contender);
  }

  private ownPlace(index: number): Place | null {
    const position = this.positions[index] ?? NOWHERE;
    return position === NOWHERE ? null : { position, group: this.bestGroups[index] ?? null };
  }

  private enter(contender: Contender): void {
    const groups = this.knownGroups(contender);
    if (isUnknown(groups)) return;
    for (const group of groups) {
      const entries = this.groups.get(group);
      if (entries === undefined) this.groups.set(group, [contender.index]);
      else entries.push(contender.index);
    }
  }

  /** Its groups, with its key written down; what is not known where one of both is not. */
  private knownGroups(contender: Contender): readonly (string | null)[] | UnknownFact {
    const key = this.keyOf(contender);
    if (isUnknown(key)) return key;
    if (typeof key === "number") this.times[contender.index] = key;
    else this.versions[contender.index] = key;
    return this.groupsOf(contender);
  }

  private place(index: number, position: number, group: string | null): void {
    const best = this.ownPlace(index);
    if (best !== null && !isBetterPlace({ position, group }, best)) return;
    this.positions[index] = position;
    if (group !== null) this.bestGroups[index] = group;
  }

  private placeOfHolder(contender: Contender): Place | null {
    if (contender.unit.holders.length === 0) return null;
    this.byUnit ??= new Map(this.contenders.map((one) => [one.at, one]));
    let best: Place | null = null;
    const seen = new Set([contender.at]);
    const pending = [...contender.unit.holders];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const holder = this.byUnit.get(at);
      if (holder === undefined) continue;
      const place = this.ownPlace(holder.index);
      if (place !== null && (best === null || isBetterPlace(place, best))) best = place;
      pending.push(...holder.unit.holders);
    }
    return best;
  }

  private placeIfEntered(contender: Contender): Standing {
    const groups = this.knownGroups(contender);
    if (isUnknown(groups)) return groups;
    let best: Place | null = null;
    for (const group of groups) {
      const place = { position: this.countBetter(this.groups.get(group) ?? [], contender.index), group };
      if (best === null || isBetterPlace(place, best)) best = place;
    }
    return best ?? { what: "group" };
  }

  /** Best first; ties by digest. Below 0, 0 or above: a difference of times would be an object of its own for each comparison. */
  private compare(a: number, b: number): number {
    const byKey = this.order === "semver" ? this.compareVersions(b, a) : this.compareTimes(b, a);
    return byKey === 0 ? compareText(this.digestOf(a), this.digestOf(b)) : byKey;
  }

  private compareTimes(a: number, b: number): number {
    const one = this.times[a] ?? 0;
    const other = this.times[b] ?? 0;
    return one < other ? -1 : one > other ? 1 : 0;
  }

  private compareVersions(a: number, b: number): number {
    const one = this.versions[a];
    const other = this.versions[b];
    return one === undefined || other === undefined ? 0 : compareVersions(one, other);
  }

  private digestOf(index: number): string {
    return this.contenders[index]?.unit.artifact.digest ?? "";
  }

  private countBetter(entries: readonly number[], index: number): number {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const candidate = entries[middle];
      if (candidate !== undefined && this.compare(candidate, index) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
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
    let groups: string[] | null = null;
    for (const tag of tags) {
      const group = groupOf(tag);
      if (group === null || groups?.includes(group)) continue;
      if (groups === null) groups = [group];
      else groups.push(group);
    }
    return groups ?? { what: "group" };
  }
}

export function isUnknown(value: unknown): value is UnknownFact {
  return typeof value === "object" && value !== null && "what" in value;
}

function isBetterPlace(a: Place, b: Place): boolean {
  return a.position < b.position || (a.position === b.position && compareText(a.group ?? "", b.group ?? "") < 0);
}
