import { TimeSlice } from "@/server/platform/storage/time-slice";
import type { RegistrySight } from "./registry-sight";
import type { RepositoryLook } from "./repository-view";

/** All tags are compared again when that is so many times as long ago as it took: else it would cost the square of a repository. */
const AGE_FACTOR = 2;

/** The tags of a repository as they were looked at, less those that we removed since; tells whether somebody else changed them. */
export class SeenTags {
  readonly #names: Set<string>;
  readonly #targets: Map<string, string>;
  #comparedAtMs = Number.NEGATIVE_INFINITY;
  #costMs = 0;

  constructor(
    private readonly sight: RegistrySight,
    private readonly repositoryName: string,
    look: RepositoryLook,
  ) {
    this.#names = new Set(look.names);
    this.#targets = new Map(look.tags);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Where a tag led; undefined where it led nowhere. */
  targetOf(name: string): string | undefined {
    return this.#targets.get(name);
  }

  /**
   * Whether none came to these names, and those on what goes still lead there. Where reading them is cheap that holds for all tags: one
   * of another image may have been moved to what goes.
   */
  async areUnchanged(removed: ReadonlySet<string>, namesNow: readonly string[], signal: AbortSignal): Promise<boolean> {
    if (namesNow.some((name) => !this.#names.has(name))) return false;
    const startedAtMs = performance.now();
    const isAll = this.sight.isCheap && startedAtMs - this.#comparedAtMs >= AGE_FACTOR * this.#costMs;
    const slice = new TimeSlice(signal);
    for (const name of this.#names) {
      const target = this.#targets.get(name);
      if (!isAll && (target === undefined || !removed.has(target))) continue;
      if (slice.isOver) await slice.pause();
      if ((await this.sight.tagTarget(this.repositoryName, name)) !== (target ?? null)) return false;
    }
    if (isAll) [this.#comparedAtMs, this.#costMs] = [performance.now(), performance.now() - startedAtMs];
    return true;
  }

  /** Takes the tags of what was removed away, and answers their names. */
  forget(removed: ReadonlySet<string>): string[] {
    const names = [...this.#targets].flatMap(([name, digest]) => (removed.has(digest) ? [name] : []));
    for (const name of names) {
      this.#targets.delete(name);
      this.#names.delete(name);
    }
    return names;
  }
}
