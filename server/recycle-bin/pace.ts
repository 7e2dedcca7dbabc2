/** What images of a group wait for one after the other may take so long before a cancel is noticed. */
const GROUP_MS = 1_000;
const WEIGHT = 0.3;
/** How many to begin together while nobody knows how long they take. */
const FIRST = 2;

/** How long images take where they go one after the other, and so how many of them are begun together. */
export class Pace {
  #imageMs = 0;

  /** `ms`: what one image took. */
  note(ms: number): void {
    this.#imageMs = this.#imageMs === 0 ? ms : this.#imageMs * (1 - WEIGHT) + ms * WEIGHT;
  }

  /** How many to begin together, at most `most`: where the registry is slow a cancel would else wait for all of them. */
  groupSize(most: number): number {
    if (this.#imageMs === 0) return Math.min(FIRST, most);
    return Math.max(1, Math.min(most, Math.floor(GROUP_MS / this.#imageMs)));
  }
}
