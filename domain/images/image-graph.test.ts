import { describe, expect, it } from "vitest";
import { artifact, digestOf, fallbackTag } from "@/testing/artifact-facts";
import { buildImageGraph, imageTags, reachableFrom } from "./image-graph";

describe("buildImageGraph", () => {
  const nodes = [
    artifact("index", { tags: ["v1"], children: ["a", "a", "missing", "index"] }),
    artifact("a"),
    artifact("sig", { tags: [fallbackTag("a", ".sig")], subject: "a" }),
    artifact("lost", { subject: "elsewhere" }),
    artifact("a", { repositoryName: "other", subject: "index" }),
  ];
  const graph = buildImageGraph(nodes);

  it("links children and referrers inside a repository, each once", () => {
    expect(graph.childrenOf).toEqual([[1], [], [], [], []]);
    expect(graph.parentsOf).toEqual([[], [0], [], [], []]);
    expect(graph.referrersOf).toEqual([[], [2], [], [], []]);
    expect(graph.subjectsOf).toEqual([[], [], [1], [], []]);
  });

  it("tells what is not there", () => {
    expect(graph.missingChildrenOf).toEqual([1, 0, 0, 0, 0]);
    expect(graph.absentSubjectsOf).toEqual([[], [], [], [digestOf("elsewhere")], [digestOf("index")]]);
  });

  it("calls a member what lives with something that is there", () => {
    expect(nodes.map((_, at) => graph.isMember(at))).toEqual([false, true, true, false, false]);
  });

  it("finds by repository and digest", () => {
    expect(graph.find("app", digestOf("a"))).toBe(1);
    expect(graph.find("other", digestOf("a"))).toBe(4);
    expect(graph.find("other", digestOf("index"))).toBeUndefined();
  });

  it("refuses one given twice", () => {
    expect(() => buildImageGraph([artifact("a"), artifact("a")])).toThrow(/given twice/);
  });
});

describe("imageTags", () => {
  it("leaves fallback tags out, of whatever suffix, and nothing that only looks like one", () => {
    const tags = [
      "v1",
      fallbackTag("a"),
      fallbackTag("a", ".sig"),
      fallbackTag("a", ".att"),
      fallbackTag("a", ".sbom"),
      "sha256-short",
    ];
    expect(imageTags(tags.map((name) => ({ name })))).toEqual([{ name: "v1" }, { name: "sha256-short" }]);
  });
});

describe("reachableFrom", () => {
  it("follows edges and ends in circles", () => {
    const next = [[1], [2], [0], [3]];
    expect([...reachableFrom([1], (node) => next[node] ?? [])].sort()).toEqual([0, 1, 2]);
  });
});
