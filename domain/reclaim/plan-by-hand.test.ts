import { describe, expect, it } from "vitest";
import type { Artifact } from "@/domain/rules/facts";
import { DAY_MS } from "@/domain/rules/facts";
import { artifact, decisions, digestOf, fallbackTag, NOW, reasonOf } from "@/testing/artifact-facts";
import type { HandPick, ReclaimPlan } from "./plan";
import { planByHand } from "./plan-by-hand";

const IMAGE: HandPick = { what: "image" };
const tags = (names: string[], andImage = false): HandPick => ({ what: "tags", tags: names, andImage });

function plan(artifacts: Artifact[], picks: Record<string, HandPick>, elsewhere: string[] = []): ReclaimPlan {
  const byDigest = new Map(Object.entries(picks).map(([name, pick]) => [digestOf(name), pick]));
  return planByHand({
    ...{ artifacts, nowMs: NOW, graceMs: DAY_MS, by: { who: "Ada", why: "outdated" } },
    pickOf: (repositoryName, digest) => (repositoryName === "app" ? byDigest.get(digest) : undefined),
    isDigestElsewhere: (digest) => elsewhere.map(digestOf).includes(digest),
  });
}

describe("images chosen by hand", () => {
  it("D-08: go with all their tags, by whom and why", () => {
    const result = plan([artifact("a", { tags: ["v1", "latest"] }), artifact("b", { tags: ["v2"] })], { a: IMAGE });
    expect(decisions(result, ["a", "b"])).toEqual({ a: "reclaim", b: "keep" });
    expect(result.items).toMatchObject([{ action: "reclaim", tags: ["latest", "v1"], hits: [] }]);
    expect(reasonOf(result, "a")).toBe("by hand: Ada, outdated");
    expect(reasonOf(result, "b")).toBe("kept: nobody chose it");
  });

  it("the last one of a repository goes too", () => {
    expect(decisions(plan([artifact("a", { tags: ["v1"] })], { a: IMAGE }), ["a"])).toEqual({ a: "reclaim" });
  });

  it("only the repository that was named is meant", () => {
    const twin = artifact("a", { repositoryName: "ops", tags: ["v1"] });
    const result = plan([artifact("a", { tags: ["v1"] }), twin], { a: IMAGE });
    expect(result.items.map((item) => item.repositoryName)).toEqual(["app"]);
  });

  it("take their children and referrers along; what another image needs stays for it", () => {
    const result = plan(
      [
        artifact("going", { tags: ["v1"], children: ["shared", "own"] }),
        artifact("kept", { tags: ["v2"], children: ["shared", "other"] }),
        artifact("shared"),
        artifact("own"),
        artifact("other"),
        artifact("signature", { tags: [fallbackTag("going", ".sig")] }),
        artifact("sbom", { subject: "own" }),
      ],
      { going: IMAGE },
    );
    expect(decisions(result, ["going", "kept", "shared", "own", "other", "signature", "sbom"])).toEqual({
      ...{ going: "reclaim", own: "reclaim", signature: "reclaim", sbom: "reclaim" },
      ...{ kept: "keep", shared: "keep", other: "keep" },
    });
    const [item] = result.items;
    expect(item?.members.find((member) => member.digest === digestOf("shared"))?.stays).toBe(true);
  });

  it("a child with a tag of its own that nobody chose stays when its index goes", () => {
    const all = [artifact("index", { tags: ["v1"], children: ["child"] }), artifact("child", { tags: ["amd64"] })];
    expect(decisions(plan(all, { index: IMAGE }), ["index", "child"])).toEqual({ index: "reclaim", child: "keep" });
    const both = plan(all, { index: IMAGE, child: IMAGE });
    expect(decisions(both, ["index", "child"])).toEqual({ index: "reclaim", child: "reclaim" });
    expect(both.items).toHaveLength(1);
  });

  it("a part of what stays is kept, tagged or not", () => {
    const all = [
      artifact("index", { tags: ["v1"], children: ["plain", "tagged"] }),
      artifact("plain"),
      artifact("tagged", { tags: ["amd64"] }),
      artifact("sbom", { subject: "index" }),
    ];
    const result = plan(all, { plain: IMAGE, tagged: IMAGE, sbom: IMAGE });
    expect(result.items).toEqual([]);
    expect(reasonOf(result, "plain")).toBe("kept: child of `v1`");
    expect(reasonOf(result, "tagged")).toBe("kept: child of `v1`");
    expect(reasonOf(result, "sbom")).toBe("kept: belongs to `v1`");
  });

  it("N-13: what is pinned stays, with the pin's words, and the whole that holds a pinned part", () => {
    const result = plan(
      [
        artifact("pinned", { tags: ["v1"], isPinned: true, pinText: "by Eve: rollback" }),
        artifact("index", { tags: ["v2"], children: ["part"] }),
        artifact("part", { isPinned: true, pinText: "by Eve: rollback" }),
      ],
      { pinned: IMAGE, index: IMAGE },
    );
    expect(result.items).toEqual([]);
    expect(reasonOf(result, "pinned")).toBe("kept: pinned by Eve: rollback");
    expect(reasonOf(result, "index")).toMatch(/^kept: its part sha256:\w{12} is pinned by Eve: rollback$/);
  });

  it("law 2: what cannot be read stays, with everything around it", () => {
    const all = [artifact("image", { tags: ["v1"] }), artifact("broken", { tags: ["v2"], isUnreadable: true })];
    expect(plan(all, { image: IMAGE, broken: IMAGE }).items).toEqual([]);
  });

  it("an index with a child missing stays: it could not be restored whole", () => {
    const result = plan([artifact("index", { tags: ["v1"], children: ["absent"] })], { index: IMAGE });
    expect(reasonOf(result, "index")).toContain("could not be restored whole");
  });

  it("a signature of an image in another repository stays while that is there", () => {
    const all = [artifact("sbom", { tags: ["sbom"], subject: "image" })];
    expect(decisions(plan(all, { sbom: IMAGE }, ["image"]), ["sbom"])).toEqual({ sbom: "keep" });
    expect(decisions(plan(all, { sbom: IMAGE }), ["sbom"])).toEqual({ sbom: "reclaim" });
  });

  it("the grace period holds for what has no tag yet, and not against who chose a tagged image", () => {
    const fresh = NOW - DAY_MS / 2;
    const all = [
      artifact("tagged", { tags: ["v1"], pushedAt: fresh, children: ["part"] }),
      artifact("part", { pushedAt: fresh }),
      artifact("untagged", { pushedAt: fresh }),
      artifact("old"),
      artifact("unknown", { pushedAt: null }),
    ];
    const chosen = { tagged: IMAGE, untagged: IMAGE, old: IMAGE, unknown: IMAGE };
    expect(decisions(plan(all, chosen), ["tagged", "part", "untagged", "old", "unknown"])).toEqual({
      ...{ tagged: "reclaim", part: "reclaim", old: "reclaim" },
      ...{ untagged: "keep", unknown: "keep" },
    });
  });

  it("what was pushed after it was asked for is another one's", () => {
    expect(plan([artifact("a", { tags: ["v1"], pushedAt: NOW + 1 })], { a: IMAGE }).items).toEqual([]);
  });
});

describe("tags chosen by hand", () => {
  const image = () => artifact("a", { tags: ["v1", "v2"] });

  it("D-09: go alone where others stay", () => {
    const result = plan([image()], { a: tags(["v1"], true) });
    expect(result.items).toMatchObject([{ action: "untag", selectedTags: ["v1"], tags: ["v1", "v2"], members: [] }]);
    expect(reasonOf(result, "a")).toBe("loses `v1` by hand: Ada, outdated; stays as `v2`");
  });

  it("D-10: the digest goes with its last tag only where that was asked for", () => {
    const left = plan([image()], { a: tags(["v1", "v2"]) });
    expect(left.items).toMatchObject([{ action: "untag" }]);
    expect(reasonOf(left, "a")).toBe("loses `v1` and `v2` by hand: Ada, outdated; its digest stays untagged");
    expect(plan([image()], { a: tags(["v1", "v2"], true) }).items).toMatchObject([{ action: "reclaim" }]);
  });

  it("D-10: a digest that is needed stays, and says why, and loses its tag all the same", () => {
    const all = [artifact("index", { tags: ["v9"], children: ["a"] }), image()];
    const result = plan(all, { a: tags(["v1", "v2"], true) });
    expect(result.items).toMatchObject([{ action: "untag", selectedTags: ["v1", "v2"] }]);
    expect(reasonOf(result, "a")).toContain("its digest stays untagged, child of `v9`");
    const guarded = plan([artifact("a", { tags: ["v1"], children: ["absent"] })], { a: tags(["v1"], true) });
    expect(guarded.items).toMatchObject([{ action: "untag" }]);
  });

  it("pinned and immutable tags stay, and those that are not there are nobody's", () => {
    expect(plan([artifact("a", { tags: ["v1"], isPinned: true })], { a: tags(["v1"]) }).items).toEqual([]);
    const immutable = artifact("a", { tags: ["v1", "v2"], immutableTags: ["v1"] });
    expect(plan([immutable], { a: tags(["v1", "v2"], true) }).items).toEqual([]);
    expect(plan([immutable], { a: tags(["v2"]) }).items).toHaveLength(1);
    expect(plan([image()], { a: tags(["v3"]) }).items).toEqual([]);
  });

  it("a fallback tag stays while its subject is there", () => {
    const signature = artifact("s", { tags: [fallbackTag("a", ".sig")] });
    expect(plan([image(), signature], { s: tags([fallbackTag("a", ".sig")], true) }).items).toEqual([]);
    expect(plan([signature], { s: tags([fallbackTag("a", ".sig")], true) }).items).toHaveLength(1);
  });

  it("law 1: a fallback tag stays while its subject is in another repository, and other tags go", () => {
    const tag = fallbackTag("a", ".sig");
    const signature = artifact("s", { tags: [tag, "mine"] });
    for (const recycleDigests of [false, true]) {
      const inRegistry = plan([signature], { s: tags([tag], recycleDigests) }, ["a"]);
      expect(inRegistry.items).toEqual([]);
      expect(reasonOf(inRegistry, "s")).toContain(digestOf("a").slice(0, 19));
      const inSpace = plan([signature, artifact("a", { repositoryName: "ops", tags: ["v1"] })], { s: tags([tag]) });
      expect(inSpace.items).toEqual([]);
      const both = plan([signature], { s: tags([tag, "mine"], recycleDigests) }, ["a"]);
      expect(both.items).toMatchObject([{ action: "untag", selectedTags: ["mine"] }]);
    }
  });
});
