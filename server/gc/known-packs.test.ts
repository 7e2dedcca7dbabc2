import { expect, test } from "vitest";
import { ReferenceGraph } from "@/domain/gc/reference-graph";
import { PackBuilder, ReferencePack } from "@/domain/gc/reference-pack";
import { KnownPacks } from "./known-packs";

const hexOf = (number: number) => number.toString(16).padStart(64, "0");
const digestOf = (number: number) => `sha256:${hexOf(number)}`;

function packOf(from: number, count: number): Uint32Array {
  const builder = new PackBuilder();
  for (let i = from; i < from + count; i++) {
    builder.add(digestOf(i), {
      references: [digestOf(i + 100_000)],
      children: [],
      subject: null,
      isUnknownKind: false,
    });
  }
  return builder.build();
}

/** Packs over a graph that has the manifests of these numbers still. */
function known(packs: readonly Uint32Array[], stored: readonly number[]): KnownPacks {
  const graph = new ReferenceGraph();
  for (const number of stored) graph.addStoredSha256(hexOf(number));
  const all = new KnownPacks(graph);
  packs.forEach((words, i) => {
    all.open(String(i), words);
  });
  return all;
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

function manifestsIn(packs: readonly Uint32Array[]): string[] {
  const found: string[] = [];
  for (const words of packs) {
    const graph = new ReferenceGraph();
    const pack = ReferencePack.open(words);
    if (pack) graph.addPack(pack, pack.internInto(graph.digests), () => true);
    for (const id of graph.manifests.slice(0, graph.manifests.length)) found.push(graph.digests.digestOf(id));
  }
  return found.sort();
}

test("R-10 packs that are of use stay as they are", () => {
  const packs = [packOf(0, 600), packOf(600, 10)];
  expect(known(packs, range(0, 610)).tidy()).toEqual({ dropped: [], merged: [] });
});

test("R-10 a pack that is mostly gone gives way to one of what is left", () => {
  const { dropped, merged } = known([packOf(0, 600), packOf(600, 600)], range(500, 700)).tidy();
  expect(dropped).toEqual(["0"]);
  expect(manifestsIn(merged)).toEqual(range(500, 100).map(digestOf));
});

test("R-10 many small packs become one; what cannot be read, or is known twice, goes", () => {
  const small = range(0, 20).map((i) => packOf(i * 3, 3));
  const { dropped, merged } = known([...small, packOf(0, 3), Uint32Array.of(1, 2, 3)], range(0, 60)).tidy();
  expect(dropped.sort()).toEqual(range(0, 22).map(String).sort());
  expect(merged).toHaveLength(1);
  expect(manifestsIn(merged)).toEqual(range(0, 60).map(digestOf));
});
