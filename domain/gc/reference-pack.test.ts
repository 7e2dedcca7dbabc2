import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ManifestReferences } from "./manifest-references";
import { ReferenceGraph } from "./reference-graph";
import { PackBuilder, ReferencePack } from "./reference-pack";

const digestOf = (number: number) => `sha256:${number.toString(16).padStart(64, "0")}`;

const manifests = fc
  .uniqueArray(
    fc.record({
      self: fc.integer({ min: 0, max: 40 }),
      references: fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 12 }),
      children: fc.nat({ max: 12 }),
      hasSubject: fc.boolean(),
      isUnknownKind: fc.boolean(),
    }),
    { selector: ({ self }) => self, maxLength: 20 },
  )
  .map((all) =>
    all.map(({ self, references, children, hasSubject, isUnknownKind }) => {
      const digests = references.map(digestOf);
      const facts: ManifestReferences = {
        references: digests,
        children: digests.slice(digests.length - Math.min(children, digests.length)),
        subject: hasSubject ? (digests[0] ?? null) : null,
        isUnknownKind,
      };
      return { digest: digestOf(self), facts };
    }),
  );

/** What a graph knows of manifests, in strings. */
function known(graph: ReferenceGraph) {
  const text = (id: number) => graph.digests.digestOf(id);
  const of = (id: number) => ({
    references: [...graph.referencesOf(id)].map(text).sort(),
    subject: graph.subjects.has(id) ? text(graph.subjects.get(id) ?? -1) : null,
    isUnknownKind: graph.unknownKinds.has(id),
  });
  const ids = [...graph.manifests.slice(0, graph.manifests.length)];
  return {
    manifests: Object.fromEntries(ids.map((id) => [text(id), of(id)])),
    children: [...graph.children.slice(0, graph.children.length)].map(text).sort(),
  };
}

function graphOfPack(words: Uint32Array): ReferenceGraph {
  const graph = new ReferenceGraph();
  const pack = ReferencePack.open(words);
  if (pack === null) throw new Error("no pack");
  graph.addPack(pack, pack.internInto(graph.digests), () => true);
  return graph;
}

describe("R-10 ReferencePack", () => {
  it("gives back all that was put in, copied or not, whatever the graph knew before", () => {
    fc.assert(
      fc.property(manifests, (all) => {
        const expected = new ReferenceGraph();
        const builder = new PackBuilder();
        for (const { digest, facts } of all) {
          expected.addManifest(digest, facts);
          expect(builder.add(digest, facts)).toBe(true);
        }
        const words = builder.build();
        const graph = graphOfPack(words);
        expect(known(graph)).toEqual(known(expected));
        const copies = new PackBuilder();
        const pack = ReferencePack.open(words);
        pack?.forEach((manifest) => {
          copies.copy(pack, manifest);
        });
        expect(known(graphOfPack(copies.build()))).toEqual(known(expected));
        // Twice the same changes nothing.
        if (pack) expect(graph.addPack(pack, pack.internInto(graph.digests), () => true)).toBe(0);
      }),
    );
  });

  it("adds only what is wanted", () => {
    const builder = new PackBuilder();
    const facts = { references: [digestOf(3)], children: [], subject: null, isUnknownKind: false };
    for (const self of [1, 2]) builder.add(digestOf(self), facts);
    const graph = new ReferenceGraph();
    const pack = ReferencePack.open(builder.build());
    const wanted = graph.digests.intern(digestOf(2));
    expect(pack && graph.addPack(pack, pack.internInto(graph.digests), (id) => id === wanted)).toBe(1);
    expect(Object.keys(known(graph).manifests)).toEqual([digestOf(2)]);
  });

  it("takes no manifest that has to do with sha512", () => {
    const long = `sha512:${"5".repeat(128)}`;
    const facts = { references: [digestOf(1)], children: [], subject: null, isUnknownKind: false };
    const builder = new PackBuilder();
    expect(builder.add(long, facts)).toBe(false);
    expect(builder.add(digestOf(2), { ...facts, references: [long] })).toBe(false);
    expect(builder.add(digestOf(2), { ...facts, subject: long })).toBe(false);
    expect(builder.manifestCount).toBe(0);
  });

  it("is not opened where words are missing, too many, or not its own", () => {
    fc.assert(
      fc.property(manifests, fc.nat(), fc.nat(), (all, cut, garbled) => {
        const builder = new PackBuilder();
        for (const { digest, facts } of all) builder.add(digest, facts);
        const words = builder.build();
        expect(ReferencePack.open(words.slice(0, cut % words.length))).toBeNull();
        expect(ReferencePack.open(Uint32Array.of(...words, 0))).toBeNull();
        // Whatever it is then, it names no digest that is not in it.
        const changed = words.slice();
        changed[garbled % changed.length] = 0xffff_ffff;
        const pack = ReferencePack.open(changed);
        pack?.forEach(({ self, references, subject }) => {
          for (const place of [self, subject ?? 0, ...references]) expect(place).toBeLessThan(pack.digestCount);
        });
      }),
    );
  });
});
