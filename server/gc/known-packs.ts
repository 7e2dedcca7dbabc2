import { IdSet } from "@/domain/gc/id-list";
import type { ReferenceGraph } from "@/domain/gc/reference-graph";
import { PackBuilder, ReferencePack } from "@/domain/gc/reference-pack";

/** Packs smaller than that are made into one as soon as there are so many of them: each scan that finds a few new manifests adds one. */
const SMALL_PACK_MANIFESTS = 500;
const SMALL_PACKS_MAX = 16;
const MANIFESTS_PER_PACK = 2000;

type Known = { pack: ReferencePack; ids: Uint32Array; alive: IdSet };

/** The packs that are kept of a registry, over the graph that says what of them is still of use. */
export class KnownPacks {
  readonly #packs = new Map<string, Known>();
  readonly #unusable: string[] = [];
  readonly #seen = new IdSet();

  constructor(private readonly graph: ReferenceGraph) {}

  /** Takes a pack in; returns how many manifests of it are there still, and in no other pack. */
  open(id: string, words: Uint32Array): number {
    const pack = ReferencePack.open(words);
    if (pack === null) {
      this.#unusable.push(id);
      return 0;
    }
    const ids = pack.internInto(this.graph.digests);
    const alive = new IdSet();
    pack.forEach(({ self }) => {
      const digest = ids[self] ?? 0;
      const isThere = this.graph.isStored(digest) || this.graph.liveRevisions.has(digest);
      if (isThere && this.#seen.add(digest)) alive.add(digest);
    });
    this.#packs.set(id, { pack, ids, alive });
    return alive.size;
  }

  /** Gives the graph the manifests of a pack that are wanted; returns how many. */
  addWanted(id: string, isWanted: (digest: number) => boolean): number {
    const known = this.#packs.get(id);
    return known === undefined ? 0 : this.graph.addPack(known.pack, known.ids, isWanted);
  }

  /** Gives the graph those of these manifests that any pack knows. */
  addAmong(digests: readonly number[]): void {
    const wanted = new IdSet();
    for (const digest of digests) wanted.add(digest);
    for (const id of this.#packs.keys()) this.addWanted(id, (digest) => wanted.has(digest));
  }

  /** Which packs are no longer worth keeping, mostly gone or too small, and what takes their place. */
  tidy(): { dropped: string[]; merged: Uint32Array[] } {
    const small = [...this.#packs].filter(([, { pack }]) => pack.manifestCount < SMALL_PACK_MANIFESTS);
    const isTooMany = small.length >= SMALL_PACKS_MAX;
    const dropped = [...this.#unusable];
    const merged: Uint32Array[] = [];
    let builder = new PackBuilder();
    const flush = () => {
      if (builder.manifestCount > 0) merged.push(builder.build());
      builder = new PackBuilder();
    };
    for (const [id, { pack, ids, alive }] of this.#packs) {
      const isMostlyGone = alive.size * 2 < pack.manifestCount;
      if (!isMostlyGone && !(isTooMany && pack.manifestCount < SMALL_PACK_MANIFESTS)) continue;
      dropped.push(id);
      pack.forEach((manifest) => {
        if (alive.has(ids[manifest.self] ?? 0)) builder.copy(pack, manifest);
        if (builder.manifestCount >= MANIFESTS_PER_PACK) flush();
      });
    }
    flush();
    return { dropped, merged };
  }
}
