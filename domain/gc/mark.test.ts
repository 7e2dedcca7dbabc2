import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MarkPolicy, mark } from "./mark";
import { ReferenceGraph } from "./reference-graph";
import type { RepositoryFacts } from "./repository-facts";

const POLICY: MarkPolicy = {
  deleteUntagged: true,
  keptRepositoryPrefixes: ["recyclebin"],
  collectedPrefixes: null,
  keptDigests: [],
  keepWrittenAfterMs: null,
  keepRevisionsWrittenAfterMs: null,
};

const digestOf = (number: number) => `sha256:${number.toString(16).padStart(64, "0")}`;
const sha512 = `sha512:${"5".repeat(128)}`;

type Manifest = { references: number[]; subject?: number | null; state?: "readable" | "unreadable" | "unknown" };
type Tag = { name: string; target: number | null; isUnclear?: boolean; history?: number[] };
type Repository = { name: string; revisions: number[]; tags?: Tag[]; links?: number[]; writtenAtMs?: number };
type World = { manifests: Record<number, Manifest>; repositories: Repository[]; blobs: number[] };

function graphOf(world: World): ReferenceGraph {
  const graph = new ReferenceGraph();
  for (const blob of world.blobs) graph.addStoredSha256(digestOf(blob).slice(7));
  for (const repository of world.repositories) {
    const modifiedAtMs = repository.writtenAtMs ?? null;
    const facts: RepositoryFacts = {
      name: repository.name,
      revisions: repository.revisions.map((number) => ({
        digest: digestOf(number),
        modifiedAtMs,
        isContradictory: false,
      })),
      tags: (repository.tags ?? []).map((tag) => ({
        name: tag.name,
        target: tag.target === null ? null : digestOf(tag.target),
        isUnclear: tag.isUnclear ?? false,
        history: (tag.history ?? []).map(digestOf),
      })),
      layerLinks: (repository.links ?? []).map((number) => ({ digest: digestOf(number), modifiedAtMs })),
      aliases: [],
    };
    graph.addRepository(facts);
  }
  for (const [number, manifest] of Object.entries(world.manifests)) {
    const digest = digestOf(Number(number));
    if (manifest.state === "unreadable") graph.addUnreadableManifest(digest, []);
    else {
      graph.addManifest(digest, {
        references: manifest.references.map(digestOf),
        children: [],
        subject: manifest.subject === undefined || manifest.subject === null ? null : digestOf(manifest.subject),
        isUnknownKind: manifest.state === "unknown",
      });
    }
  }
  return graph;
}

function marked(world: World, policy: Partial<MarkPolicy> = {}) {
  const graph = graphOf(world);
  const result = mark(graph, { ...POLICY, ...policy });
  const numberOf = (id: number) => Number.parseInt(graph.digests.digestOf(id).slice(-12), 16);
  const blobs = Array.from({ length: result.candidateBlobs.length }, (_, i) => numberOf(result.candidateBlobs.at(i)));
  const revisions = Array.from({ length: result.candidateRevisions.digest.length }, (_, i) => {
    const repository = graph.repositories[result.candidateRevisions.repository.at(i)]?.name;
    return `${repository}@${numberOf(result.candidateRevisions.digest.at(i))}`;
  });
  return { blobs: blobs.sort((a, b) => a - b), revisions: revisions.sort(), oddities: result.oddities };
}

/** 10 = image of 11 (config), 12 (layer); 20 = another image of 21, 12. */
const images: Record<number, Manifest> = { 10: { references: [11, 12] }, 20: { references: [21, 12] } };
const blobs = [10, 11, 12, 20, 21];

describe("roots", () => {
  it("keeps every revision without the option, and only tagged ones with it", () => {
    const world: World = {
      manifests: images,
      repositories: [{ name: "a", revisions: [10, 20], tags: [{ name: "v1", target: 10 }] }],
      blobs: [...blobs, 99],
    };
    expect(marked(world, { deleteUntagged: false })).toMatchObject({ blobs: [99], revisions: [] });
    expect(marked(world)).toMatchObject({ blobs: [20, 21, 99], revisions: ["a@20"] });
  });

  it("keeps what is in the bin, pinned, or written after the grace began", () => {
    const world = (name: string, writtenAtMs: number): World => ({
      manifests: images,
      repositories: [{ name, revisions: [10], writtenAtMs }],
      blobs: [10, 11, 12],
    });
    expect(marked(world("recyclebin/space/a", 1000)).blobs).toEqual([]);
    expect(marked(world("recyclebinx/a", 1000)).blobs).toEqual([10, 11, 12]);
    expect(marked(world("a", 1000), { keptDigests: [digestOf(10)] }).blobs).toEqual([]);
    expect(marked(world("a", 90_000), { keepWrittenAfterMs: 60_000 }).blobs).toEqual([]);
    expect(marked(world("a", 30_000), { keepWrittenAfterMs: 60_000 }).blobs).toEqual([10, 11, 12]);
    expect(marked(world("a", 90_000), { keepRevisionsWrittenAfterMs: 60_000 }).blobs).toEqual([]);
    expect(marked(world("a", 30_000), { keepRevisionsWrittenAfterMs: 60_000 }).blobs).toEqual([10, 11, 12]);
  });

  it("removes untagged manifests only where somebody owns them, on whole path components", () => {
    const world = (name: string): World => ({
      manifests: images,
      repositories: [{ name, revisions: [10] }],
      blobs: [10, 11, 12],
    });
    const owned = { collectedPrefixes: ["acme"] };
    expect(marked(world("acme/app"), owned).revisions).toEqual(["acme/app@10"]);
    for (const name of ["removed/app", "acme-labs/app"]) expect(marked(world(name), owned).blobs).toEqual([]);
    expect(marked(world("acme/app"), { collectedPrefixes: [] }).blobs).toEqual([]);
  });

  it("keeps blobs whose layer link is younger than the grace", () => {
    const world: World = {
      manifests: {},
      repositories: [{ name: "a", revisions: [], links: [5], writtenAtMs: 90_000 }],
      blobs: [5, 6],
    };
    expect(marked(world, { keepWrittenAfterMs: 60_000 }).blobs).toEqual([6]);
    expect(marked(world, { keepRevisionsWrittenAfterMs: 60_000 }).blobs).toEqual([5, 6]);
    expect(marked(world).blobs).toEqual([5, 6]);
  });
});

describe("indexes and referrers", () => {
  const index: Record<number, Manifest> = { ...images, 30: { references: [10, 20] } };
  const all = [...blobs, 30];

  it("keeps the untagged children of a tagged index", () => {
    const world: World = {
      manifests: index,
      repositories: [{ name: "a", revisions: [10, 20, 30], tags: [{ name: "v1", target: 30 }] }],
      blobs: all,
    };
    expect(marked(world)).toMatchObject({ blobs: [], revisions: [] });
  });

  it("keeps a child's layers though its revision is in another repository, or in none", () => {
    const elsewhere: Repository[] = [
      { name: "a", revisions: [30], tags: [{ name: "v1", target: 30 }] },
      { name: "b", revisions: [10] },
    ];
    expect(marked({ manifests: index, repositories: elsewhere, blobs: all })).toMatchObject({
      blobs: [],
      revisions: [],
    });
  });

  it("removes an untagged index with its children, but not the child that is tagged itself", () => {
    const world: World = {
      manifests: index,
      repositories: [{ name: "a", revisions: [10, 20, 30], tags: [{ name: "v1", target: 10 }] }],
      blobs: all,
    };
    expect(marked(world)).toMatchObject({ blobs: [20, 21, 30], revisions: ["a@20", "a@30"] });
  });

  it("keeps the untagged referrer of a tagged image with all it needs, and removes that of an untagged one", () => {
    const manifests: Record<number, Manifest> = {
      ...images,
      40: { references: [41, 10], subject: 10 },
      50: { references: [51, 20], subject: 20 },
    };
    const world: World = {
      manifests,
      repositories: [{ name: "a", revisions: [10, 20, 40, 50], tags: [{ name: "v1", target: 10 }] }],
      blobs: [...blobs, 40, 41, 50, 51],
    };
    expect(marked(world)).toMatchObject({ blobs: [20, 21, 50, 51], revisions: ["a@20", "a@50"] });
  });

  it("keeps the untagged image that a signature under a fallback tag belongs to", () => {
    const tag = `${digestOf(10).replace(":", "-")}.sig`;
    const world: World = {
      manifests: images,
      repositories: [{ name: "a", revisions: [10, 20], tags: [{ name: tag, target: 20 }] }],
      blobs,
    };
    expect(marked(world)).toMatchObject({ blobs: [], revisions: [] });
  });

  it("does not bring back a referrer that no repository has any more", () => {
    const manifests: Record<number, Manifest> = {
      ...images,
      30: { references: [40] },
      40: { references: [41, 10], subject: 10 },
    };
    const world: World = {
      manifests,
      repositories: [{ name: "a", revisions: [10], tags: [{ name: "v1", target: 10 }] }],
      blobs: [10, 11, 12, 40, 41],
    };
    expect(marked(world).blobs).toEqual([40, 41]);
  });
});

describe("what cannot be understood", () => {
  it("keeps whatever the repository of an unreadable manifest links to, and sweeps elsewhere", () => {
    const world: World = {
      manifests: { ...images, 60: { references: [], state: "unreadable" } },
      repositories: [
        { name: "a", revisions: [60, 20], links: [61, 62] },
        { name: "b", revisions: [10], links: [63] },
      ],
      blobs: [10, 11, 12, 20, 21, 60, 61, 62, 63],
    };
    expect(marked(world)).toMatchObject({ blobs: [10, 11, 63], revisions: ["b@10"] });
  });

  it("keeps an untagged manifest of a type that it does not know", () => {
    const world: World = {
      manifests: { 10: { references: [11], state: "unknown" } },
      repositories: [{ name: "a", revisions: [10] }],
      blobs: [10, 11, 12],
    };
    expect(marked(world).blobs).toEqual([12]);
  });

  it("keeps all that an unclear tag ever pointed at, and the whole repository where that is not known", () => {
    const tag = { name: "v1", target: null, isUnclear: true };
    const world = (history: number[]): World => ({
      manifests: images,
      repositories: [{ name: "a", revisions: [10, 20], tags: [{ ...tag, history }] }],
      blobs,
    });
    expect(marked(world([10])).revisions).toEqual(["a@20"]);
    expect(marked(world([])).revisions).toEqual([]);
  });

  it("is not kept alive by a tag whose revision is gone", () => {
    const world: World = {
      manifests: {},
      repositories: [{ name: "a", revisions: [], tags: [{ name: "v1", target: 10 }] }],
      blobs: [10],
    };
    expect(marked(world).blobs).toEqual([10]);
  });

  it("follows a sha512 digest to its blob, and keeps the whole repository where nothing translates it", () => {
    const collect = (aliases: { from: string; to: string }[]) => {
      const graph = new ReferenceGraph();
      for (const blob of [1, 2, 3]) graph.addStoredSha256(digestOf(blob).slice(7));
      const tags = [{ name: "v1", target: digestOf(1), isUnclear: false, history: [] }];
      const revisions = [{ digest: digestOf(1), modifiedAtMs: null, isContradictory: false }];
      graph.addRepository({
        name: "a",
        revisions,
        tags,
        layerLinks: [{ digest: digestOf(3), modifiedAtMs: null }],
        aliases,
      });
      graph.addManifest(digestOf(1), { references: [sha512], children: [], subject: null, isUnknownKind: false });
      const result = mark(graph, POLICY);
      return {
        gone: Array.from({ length: result.candidateBlobs.length }, (_, i) =>
          graph.digests.digestOf(result.candidateBlobs.at(i)),
        ),
        oddities: result.oddities,
      };
    };
    expect(collect([{ from: sha512, to: digestOf(2) }])).toEqual({ gone: [digestOf(3)], oddities: [] });
    const untranslated = collect([]);
    expect(untranslated.gone).toEqual([digestOf(2)]);
    expect(untranslated.oddities.map(({ kind }) => kind)).toEqual(["alias_unresolved"]);
  });
});

const number = fc.integer({ min: 1, max: 24 });
const manifestArbitrary: fc.Arbitrary<Manifest> = fc.record({
  references: fc.array(number, { maxLength: 5 }),
  subject: fc.option(number, { nil: null, freq: 4 }),
  state: fc.constantFrom<Manifest["state"]>("readable", "readable", "readable", "readable", "unreadable", "unknown"),
});
const tagArbitrary: fc.Arbitrary<Tag> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ name: fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1 }), target: number }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ name: number.map((n) => `${digestOf(n).replace(":", "-")}.sig`), target: number }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      name: fc.constant("odd"),
      target: fc.constant(null),
      isUnclear: fc.boolean(),
      history: fc.array(number, { maxLength: 2 }),
    }),
  },
);
const worldArbitrary: fc.Arbitrary<World> = fc.record({
  manifests: fc.dictionary(number.map(String), manifestArbitrary, { noNullPrototype: true }) as fc.Arbitrary<
    Record<number, Manifest>
  >,
  repositories: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom("a", "b", "c/d", "recyclebin/x"),
      revisions: fc.uniqueArray(number, { maxLength: 8 }),
      tags: fc.array(tagArbitrary, { maxLength: 4 }),
      links: fc.uniqueArray(number, { maxLength: 6 }),
    }),
    { selector: ({ name }) => name, maxLength: 4 },
  ),
  blobs: fc.uniqueArray(number, { maxLength: 24 }),
});

/** What a pull of the tags may touch, computed the dull way and without the marker. */
function reachableFromTags(world: World): Set<number> {
  const live = new Set(world.repositories.flatMap(({ revisions }) => revisions));
  const reached = new Set<number>();
  const pending = world.repositories.flatMap(({ revisions, tags = [] }) =>
    tags.flatMap(({ target }) => (target !== null && revisions.includes(target) ? [target] : [])),
  );
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    const manifest = world.manifests[at];
    if (manifest && manifest.state !== "unreadable") pending.push(...manifest.references);
    if (!live.has(at)) continue;
    for (const [referrer, { subject, state }] of Object.entries(world.manifests)) {
      if (subject === at && state !== "unreadable" && live.has(Number(referrer))) pending.push(Number(referrer));
    }
  }
  return reached;
}

describe("laws", () => {
  it("nothing reachable from a kept tag is ever a candidate", () => {
    fc.assert(
      fc.property(worldArbitrary, fc.boolean(), (world, deleteUntagged) => {
        const needed = reachableFromTags(world);
        const result = marked(world, { deleteUntagged });
        expect(result.blobs.filter((blob) => needed.has(blob))).toEqual([]);
        expect(result.revisions.filter((revision) => needed.has(Number(revision.split("@")[1])))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it("the bin is never touched", () => {
    fc.assert(
      fc.property(worldArbitrary, (world) => {
        expect(marked(world).revisions.filter((revision) => revision.startsWith("recyclebin/"))).toEqual([]);
      }),
    );
  });

  it("the order of repositories changes nothing", () => {
    fc.assert(
      fc.property(worldArbitrary, fc.array(fc.nat()), (world, keys) => {
        const shuffled = world.repositories
          .map((repository, index) => ({ repository, key: keys[index] ?? -index }))
          .sort((a, b) => a.key - b.key)
          .map(({ repository }) => repository);
        const { blobs, revisions } = marked(world);
        expect(marked({ ...world, repositories: shuffled })).toMatchObject({ blobs, revisions });
      }),
    );
  });

  it("more roots never make more candidates", () => {
    fc.assert(
      fc.property(worldArbitrary, fc.array(number), (world, pins) => {
        const fewer = marked(world);
        const more = marked(world, { keptDigests: pins.map(digestOf) });
        expect(fewer.blobs).toEqual(expect.arrayContaining(more.blobs));
        expect(fewer.revisions).toEqual(expect.arrayContaining(more.revisions));
        expect(fewer.blobs).toEqual(expect.arrayContaining(marked(world, { deleteUntagged: false }).blobs));
      }),
    );
  });

  it("only blobs of the snapshot are candidates", () => {
    fc.assert(
      fc.property(worldArbitrary, (world) => {
        expect(world.blobs).toEqual(expect.arrayContaining(marked(world).blobs));
      }),
    );
  });
});
