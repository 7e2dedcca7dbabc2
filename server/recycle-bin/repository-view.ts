import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import { TimeSlice } from "@/server/platform/storage/time-slice";
import type { RegistrySight } from "./registry-sight";

/** tag → digest of a repository as the registry has it now. */
export type RepositoryView = ReadonlyMap<string, string>;

/** The names of all tags of a repository, and where those lead that lead somewhere: one whose image is gone has a name alone. */
export interface RepositoryLook {
  names: ReadonlySet<string>;
  tags: RepositoryView;
}

interface Look {
  startedAtMs: number;
  durationMs: number;
  tags: Map<string, string>;
}

const PARALLEL_READS = 16;
const AGE_MIN_MS = 2_000;
/** A look may grow as old as a few times what it cost, so that looking never takes most of a run. */
const AGE_FACTOR = 4;
/** More than are moved out of at a time: those of the others are of no use any more. */
const KEPT = 8;

/**
 * Where the tags of repositories lead, read from the registry: the inventory learns of a push by a notification, which may be late
 * or lost. From storage every tag is read each time. Over the API that would cost the square of a repository, so a look is used for
 * a short time; names that are new, and those that the caller asks for, are read each time. The registry knows no conditional
 * deletion, so that a push in the very moment of one is seen by nobody in any case.
 */
export class RepositoryViews {
  readonly #looks = new Map<string, Look>();

  constructor(private readonly sight: RegistrySight) {}

  /**
   * What a repository looks like; the tags for which `mustBeFresh` says so are read now. `isStrict`: none was read longer ago than reading
   * them all took.
   */
  async see(
    repository: string,
    mustBeFresh: (tag: string, lastSeen: string | undefined) => boolean,
    signal?: AbortSignal,
    isStrict = false,
  ): Promise<RepositoryLook> {
    const names = await this.sight.listTagNames(repository, signal);
    const known = this.sight.isCheap ? undefined : this.#looks.get(repository);
    const present = new Set(names);
    const ageMax = (cost: number) => (isStrict ? 2 * cost : Math.max(AGE_MIN_MS, AGE_FACTOR * cost));
    if (known === undefined || Date.now() - known.startedAtMs > ageMax(known.durationMs)) {
      const look: Look = { startedAtMs: Date.now(), durationMs: 0, tags: new Map() };
      await this.#read(repository, look, names, signal);
      look.durationMs = Date.now() - look.startedAtMs;
      if (!this.sight.isCheap) this.#keep(repository, look);
      return { names: present, tags: new Map(look.tags) };
    }
    const { tags } = known;
    const unsure = names.filter((name) => !tags.has(name) || mustBeFresh(name, tags.get(name)));
    await this.#read(repository, known, unsure, signal);
    return { names: present, tags: new Map([...tags].filter(([name]) => present.has(name))) };
  }

  #keep(repository: string, look: Look): void {
    this.#looks.delete(repository);
    this.#looks.set(repository, look);
    for (const oldest of this.#looks.keys()) {
      if (this.#looks.size <= KEPT) return;
      this.#looks.delete(oldest);
    }
  }

  async #read(repository: string, look: Look, names: readonly string[], signal?: AbortSignal): Promise<void> {
    const slice = new TimeSlice(signal);
    await forEachLimited(
      names,
      PARALLEL_READS,
      async (name) => {
        if (slice.isOver) await slice.pause();
        const digest = await this.sight.tagTarget(repository, name);
        if (digest === null) look.tags.delete(name);
        else look.tags.set(name, digest);
      },
      signal,
    );
  }
}
