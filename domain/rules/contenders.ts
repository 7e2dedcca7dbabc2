import type { Unit } from "./unit";

/**
 * What a rule's selector takes of one repository, in columns. There are millions, and of most nobody asks more than whether the rule holds:
 * an object for each would be a fifth of all that a plan leaves to be collected.
 */
export class Contenders {
  private readonly positions: number[];
  private readonly tags: (readonly string[])[];
  private readonly counted: boolean[];
  private count = 0;

  /** `room`: how many there are at most. */
  constructor(
    private readonly units: readonly Unit[],
    room: number,
  ) {
    this.positions = new Array(room);
    this.tags = new Array(room);
    this.counted = new Array(room);
  }

  get length(): number {
    return this.count;
  }

  /** Adds the unit at a position of the plan; its index here is the next one. */
  add(position: number, tags: readonly string[], isCounted: boolean): void {
    this.positions[this.count] = position;
    this.tags[this.count] = tags;
    this.counted[this.count] = isCounted;
    this.count++;
  }

  /** Position of its unit among all units of the plan. */
  positionOf(index: number): number {
    return this.positions[index] ?? -1;
  }

  /** @throws where there is none */
  unitOf(index: number): Unit {
    const unit = this.units[this.positionOf(index)];
    if (unit === undefined) throw new Error(`there is no contender ${index}`);
    return unit;
  }

  /** Its tags that the selector took: versions and groups are read from these. */
  tagsOf(index: number): readonly string[] {
    return this.tags[index] ?? [];
  }

  /** Whether it takes a place itself. Others learn where they would stand, and push nobody down. */
  isCounted(index: number): boolean {
    return this.counted[index] === true;
  }

  /** Their indexes by position. */
  indexes(): ReadonlyMap<number, number> {
    const indexes = new Map<number, number>();
    for (let index = 0; index < this.count; index++) indexes.set(this.positionOf(index), index);
    return indexes;
  }
}
