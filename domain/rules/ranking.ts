import { compareVersions, parseTagVersion, type TagVersion } from "@/lib/semver-range";
import type { Contenders } from "./contenders";
import { compareText, type FactsFrame } from "./facts";
import type { Order } from "./predicate";
import { lastActive, type Unit, type UnknownFact } from "./unit";

/** Where an artifact stands: its best place over its groups, counted from 0. */
export interface Place {
  position: number;
  group: string | null;
}
export type Standing = Place | UnknownFact;

const NO_GROUPS: readonly null[] = [null];
type Key = number | TagVersion;
const NOWHERE = -1;

/**
 * Ranks the selected artifacts of one repository, best first, ties by digest. Deterministic whatever the order given.
 * A member stands where the index or subject that holds it stands, so that a part never fares worse than its whole.
 * What has no key takes no place: nothing known is pushed down by something unknown.
 */
export class Ranking {
  /** By group: who takes a place in it, best first. Contenders are meant by their index throughout. */
  private readonly groups = new Map<string | null, number[]>();
  private readonly times: Float64Array;
  private readonly versions: TagVersion[] = [];
  private readonly positions: Int32Array;
  /** The group of each one's best position, where there are groups. */
  private readonly bestGroups: (string | null)[] = [];
  /** Index by position of the unit; made once a part is asked for, which few rules come to. */
  private indexes: ReadonlyMap<number, number> | null = null;

  constructor(
    private readonly contenders: Contenders,
    private readonly order: Order,
    private readonly groupOf: ((tag: string) => string | null) | null,
    private readonly frame: FactsFrame,
  ) {
    this.times = new Float64Array(contenders.length);
    this.positions = new Int32Array(contenders.length).fill(NOWHERE);
    for (let index = 0; index < contenders.length; index++) if (contenders.isCounted(index)) this.enter(index);
    const compare = (a: number, b: number) => this.compare(a, b);
    for (const [group, entries] of this.groups) {
      entries.sort(compare);
      for (let position = 0; position < entries.length; position++) this.place(entries[position] ?? 0, position, group);
    }
  }

  /** How many stand before a contender, in the best of its groups, or what is not known of it. */
  positionOf(index: number): number | UnknownFact {
    const own = this.positions[index] ?? NOWHERE;
    if (own !== NOWHERE) return own;
    const standing = this.standingOf(index);
    return isUnknown(standing) ? standing : standing.position;
  }

  /** Where a contender stands, or what is not known of it. */
  standingOf(index: number): Standing {
    return this.ownPlace(index) ?? this.placeOfHolder(index) ?? this.placeIfEntered(index);
  }

  private ownPlace(index: number): Place | null {
    const position = this.positions[index] ?? NOWHERE;
    return position === NOWHERE ? null : { position, group: this.bestGroups[index] ?? null };
  }

  private enter(index: number): void {
    const groups = this.knownGroups(index);
    if (isUnknown(groups)) return;
    for (const group of groups) {
      const entries = this.groups.get(group);
      if (entries === undefined) this.groups.set(group, [index]);
      else entries.push(index);
    }
  }

  /** Its groups, with its key written down; what is not known where one of both is not. */
  private knownGroups(index: number): readonly (string | null)[] | UnknownFact {
    const key = this.keyOf(this.contenders.unitOf(index), this.contenders.tagsOf(index));
    if (isUnknown(key)) return key;
    if (typeof key === "number") this.times[index] = key;
    else this.versions[index] = key;
    return this.groupsOf(this.contenders.tagsOf(index));
  }

  private place(index: number, position: number, group: string | null): void {
    const best = this.ownPlace(index);
    if (best !== null && !isBetterPlace({ position, group }, best)) return;
    this.positions[index] = position;
    if (group !== null) this.bestGroups[index] = group;
  }

  private placeOfHolder(index: number): Place | null {
    const { holders } = this.contenders.unitOf(index);
    if (holders.length === 0) return null;
    this.indexes ??= this.contenders.indexes();
    let best: Place | null = null;
    const seen = new Set([this.contenders.positionOf(index)]);
    const pending = [...holders];
    for (let position = pending.pop(); position !== undefined; position = pending.pop()) {
      if (seen.has(position)) continue;
      seen.add(position);
      const holder = this.indexes.get(position);
      if (holder === undefined) continue;
      const place = this.ownPlace(holder);
      if (place !== null && (best === null || isBetterPlace(place, best))) best = place;
      pending.push(...this.contenders.unitOf(holder).holders);
    }
    return best;
  }

  private placeIfEntered(index: number): Standing {
    const groups = this.knownGroups(index);
    if (isUnknown(groups)) return groups;
    let best: Place | null = null;
    for (const group of groups) {
      const place = { position: this.countBetter(this.groups.get(group) ?? [], index), group };
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
    return this.contenders.unitOf(index).artifact.digest;
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

  private keyOf(unit: Unit, tags: readonly string[]): Key | UnknownFact {
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

  private groupsOf(tags: readonly string[]): readonly (string | null)[] | UnknownFact {
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
