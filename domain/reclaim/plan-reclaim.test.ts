import { describe, expect, it } from "vitest";
import { DAY_MS } from "@/domain/rules/facts";
import {
  artifact,
  beyond,
  daysAgo,
  decisions,
  digestOf,
  fallbackTag,
  glob,
  idle,
  NOW,
  plan,
  protect,
  reasonOf,
  rule,
} from "@/testing/artifact-facts";

const all = rule("all");
const bystander = artifact("bystander", { tags: ["bystander"], isPinned: true });

describe("union of reclaim − union of protect", () => {
  it("lists every reclaim rule that decided", () => {
    const result = plan(
      [artifact("a", { tags: ["v1"], pushedAt: daysAgo(132) }), bystander],
      [rule("b-old", { when: [idle(90), beyond(0)] }), rule("a-all")],
    );
    expect(reasonOf(result, "a")).toBe(
      "reclaimed by rule *a-all*; and by rule *b-old*: idle 132 days (pushed), beyond the 0 newest",
    );
    expect(result.items[0]?.hits.map((hit) => hit.ruleId)).toEqual(["a-all", "b-old"]);
  });

  it("two rules that each select one tag of an image select all of it", () => {
    const result = plan(
      [artifact("a", { tags: ["v1", "pr-1"] }), bystander],
      [rule("v", { tags: [glob("v*")] }), rule("pr", { tags: [glob("pr-*")] })],
    );
    expect(decisions(result, ["a"])).toEqual({ a: "reclaim" });
  });

  it("an image with some tags selected loses only these", () => {
    const result = plan([artifact("a", { tags: ["v1", "pr-1", "pr-2"] })], [rule("pr", { tags: [glob("pr-*")] })]);
    expect(decisions(result, ["a"])).toEqual({ a: "untag pr-1,pr-2" });
    expect(reasonOf(result, "a")).toBe("loses `pr-1` and `pr-2` by rule *pr*; stays as `v1`");
    expect(result.items).toMatchObject([
      { action: "untag", selectedTags: ["pr-1", "pr-2"], members: [], logicalSizeBytes: 0, uniqueSizeBytes: 0 },
    ]);
    expect(result.totals).toMatchObject({ images: 0, untagged: 1, tags: 2, manifests: 0, freedBytes: 0 });
  });

  it("a protect rule shields the tags it selects, and so the image", () => {
    const artifacts = [artifact("a", { tags: ["v1", "pr-1"] }), artifact("b", { tags: ["v2"] })];
    const result = plan(artifacts, [all, protect("releases", { tags: [glob("v*")] })]);
    expect(decisions(result, ["a", "b"])).toEqual({ a: "untag pr-1", b: "keep" });
    expect(reasonOf(result, "b")).toBe("kept: protected by rule *releases*");
  });

  it("a tag that is excluded is not selected", () => {
    const result = plan([artifact("a", { tags: ["v1", "latest"] })], [rule("r", { notTags: [glob("latest")] })]);
    expect(decisions(result, ["a"])).toEqual({ a: "untag v1" });
  });

  it("protects an image of which it cannot tell", () => {
    const unknown = artifact("a", { tags: ["v1"], createdAt: null });
    const recent = protect("recent", { when: [{ kind: "within", days: 10, clock: "created" }] });
    expect(reasonOf(plan([unknown], [all, recent]), "a")).toBe("kept: its build time is unknown (rule *recent*)");
  });

  it("rules only reach the repositories they name", () => {
    const result = plan(
      [
        artifact("a", { tags: ["x"], repositoryName: "web/api" }),
        artifact("b", { tags: ["x"], repositoryName: "ops" }),
      ],
      [rule("web", { repositories: [glob("web/**")] })],
    );
    expect(decisions(result, ["a", "b"])).toEqual({ a: "reclaim", b: "keep" });
  });

  it("an index counts as an image, a chart does not", () => {
    const result = plan(
      [
        artifact("index", { tags: ["v1"], children: ["child"] }),
        artifact("child"),
        artifact("chart", { kind: "chart", tags: ["c"] }),
      ],
      [all],
    );
    expect(decisions(result, ["index", "chart"])).toEqual({ index: "reclaim", chart: "keep" });
  });
});

describe("guards", () => {
  it.each([
    ["pinned", { isPinned: true, pinText: "by Ada until 1 May" }, "kept: pinned by Ada until 1 May"],
    ["in use", { inUseBy: ["prod/deployment web", "qa/job x"] }, "kept: in use by prod/deployment web and qa/job x"],
    ["unreadable", { isUnreadable: true }, "kept: it cannot be read, so what it holds is unknown"],
    ["of an unknown type", { kind: "unknown" as const, mediaType: "x/y" }, "kept: its media type is unknown (x/y)"],
    ["broken", { children: ["nowhere"] }, "kept: 1 of its children is missing, so it could not be restored whole"],
    [
      "known to be broken",
      { missingChildren: 2 },
      "kept: 2 of its children are missing, so it could not be restored whole",
    ],
    ["pushed at an unknown time", { pushedAt: null }, "kept: when it was pushed is unknown"],
  ])("keeps an image that is %s", (_, sketch, reason) => {
    const result = plan([artifact("a", { tags: ["v1"], ...sketch })], [all]);
    expect(result.items).toEqual([]);
    expect(reasonOf(result, "a")).toBe(reason);
  });

  it("keeps what is as old as the grace period, not what is older", () => {
    const edge = artifact("edge", { tags: ["a"], pushedAt: NOW - DAY_MS });
    const older = artifact("older", { tags: ["b"], pushedAt: NOW - DAY_MS - 1 });
    const result = plan([edge, older], [all]);
    expect(decisions(result, ["edge", "older"])).toEqual({ edge: "keep", older: "reclaim" });
    expect(reasonOf(result, "edge")).toBe("kept: pushed within the grace period, until 2026-01-01 00:00 UTC");
    expect(decisions(plan([edge], [all], { graceMs: DAY_MS - 1 }), ["edge"])).toEqual({ edge: "reclaim" });
  });

  it("something unreadable shields its whole repository, and no other", () => {
    const result = plan(
      [
        artifact("dark", { tags: ["dark"], isUnreadable: true }),
        artifact("near", { tags: ["near", "too"] }),
        artifact("far", { tags: ["far"], repositoryName: "other" }),
      ],
      [all],
    );
    expect(decisions(result, ["near", "far"])).toEqual({ near: "keep", far: "reclaim" });
    expect(reasonOf(result, "near")).toBe("kept: its repository holds `dark`, which cannot be read and may need it");
  });

  it("a child in use or pinned keeps the index through which it was pulled", () => {
    const index = artifact("index", { tags: ["v1"], children: ["nested"] });
    const nested = artifact("nested", { children: ["amd64", "arm64"] });
    const others = [artifact("arm64"), bystander];
    const used = plan([index, nested, artifact("amd64", { inUseBy: ["prod/web"] }), ...others], [all]);
    expect(decisions(used, ["index", "nested", "arm64"])).toEqual({ index: "keep", nested: "keep", arm64: "keep" });
    expect(reasonOf(used, "index")).toMatch(/^kept: its part sha256:\w{12} is in use by prod\/web$/);
    const pinned = plan([index, nested, artifact("amd64", { isPinned: true }), ...others], [all]);
    expect(reasonOf(pinned, "index")).toMatch(/^kept: its part sha256:\w{12} is pinned$/);
  });

  describe("last artifact of its repository", () => {
    const strict = rule("strict", { allowLastArtifact: false });
    const images = [
      artifact("a", { tags: ["a"], pushedAt: daysAgo(20) }),
      artifact("b", { tags: ["b"], pushedAt: daysAgo(10) }),
    ];

    it("the newest stays where rules would empty the repository", () => {
      const result = plan(images, [strict]);
      expect(decisions(result, ["a", "b"])).toEqual({ a: "reclaim", b: "keep" });
      expect(reasonOf(result, "b")).toBe("kept: the rules select every image of its repository, and the newest stays");
    });

    it("ties break on the digest", () => {
      const twins = ["x", "w"].map((name) => artifact(name, { tags: [name] }));
      expect(decisions(plan(twins, [strict]), ["w", "x"])).toEqual({ w: "keep", x: "reclaim" });
    });

    it("it goes where one rule that selects it allows that", () => {
      expect(decisions(plan(images, [strict, all]), ["a", "b"])).toEqual({ a: "reclaim", b: "reclaim" });
      const newest = rule("newest", { tags: [glob("b")] });
      expect(decisions(plan(images, [strict, newest]), ["a", "b"])).toEqual({ a: "keep", b: "reclaim" });
    });

    it("untagged leftovers do not make up for the last tag", () => {
      const result = plan([artifact("a", { tags: ["a"] }), artifact("loose")], [strict]);
      expect(decisions(result, ["a", "loose"])).toEqual({ a: "keep", loose: "keep" });
    });

    it("says nothing where something else is not selected", () => {
      const some = rule("some", { tags: [glob("a")], allowLastArtifact: false });
      expect(decisions(plan(images, [some]), ["a", "b"])).toEqual({ a: "reclaim", b: "keep" });
    });
  });
});

describe("indexes and referrers", () => {
  it("a child that a kept index shares stays, and is copied all the same", () => {
    const result = plan(
      [
        artifact("old", { tags: ["v1"], children: ["own", "shared"] }),
        artifact("new", { tags: ["v2"], children: ["shared"] }),
        artifact("own"),
        artifact("shared"),
      ],
      [rule("v1", { tags: [glob("v1")] })],
    );
    expect(decisions(result, ["old", "new", "own", "shared"])).toEqual({
      old: "reclaim",
      new: "keep",
      own: "reclaim",
      shared: "keep",
    });
    expect(result.items[0]?.members).toMatchObject([
      { digest: digestOf("own"), stays: false },
      { digest: digestOf("shared"), stays: true },
    ]);
  });

  it("a child that two reclaimed indexes share goes with the later one", () => {
    const result = plan(
      [
        artifact("first", { tags: ["v1"], children: ["shared"], pushedAt: daysAgo(50) }),
        artifact("second", { tags: ["v2"], children: ["shared"], pushedAt: daysAgo(40) }),
        artifact("shared"),
      ],
      [all],
    );
    expect(result.items.map((item) => item.members.map((member) => member.stays))).toEqual([[true], [false]]);
    expect(reasonOf(result, "shared")).toBe("reclaimed with `v2`, as its child");
    expect(result.totals).toMatchObject({ images: 2, manifests: 3 });
  });

  it("a child with a tag of its own that is not selected stays", () => {
    const result = plan(
      [artifact("index", { tags: ["v1"], children: ["amd64"] }), artifact("amd64", { tags: ["v1-amd64"] })],
      [rule("v1", { tags: [glob("v1")] })],
    );
    expect(decisions(result, ["index", "amd64"])).toEqual({ index: "reclaim", amd64: "keep" });
    const both = plan(
      [artifact("index", { tags: ["v1"], children: ["amd64"] }), artifact("amd64", { tags: ["v1-amd64"] })],
      [all],
    );
    expect(both.items).toHaveLength(1);
    expect(both.items[0]?.members).toMatchObject([{ tags: ["v1-amd64"], stays: false }]);
    expect(both.totals).toMatchObject({ images: 1, manifests: 2, tags: 2 });
  });

  it("a tagged child of a kept index stays with its tags", () => {
    const result = plan(
      [artifact("index", { tags: ["v1"], children: ["amd64"] }), artifact("amd64", { tags: ["v1-amd64"] })],
      [rule("amd64", { tags: [glob("*-amd64")] })],
    );
    expect(result.items).toEqual([]);
    expect(reasonOf(result, "amd64")).toBe("kept: child of `v1`");
  });

  it("nested indexes go whole, the innermost first", () => {
    const result = plan(
      [
        artifact("top", { tags: ["v1"], children: ["middle", "leaf"] }),
        artifact("middle", { children: ["leaf", "other"] }),
        artifact("leaf"),
        artifact("other"),
        artifact("sig", { tags: [fallbackTag("other", ".sig")] }),
        artifact("sigsbom", { subject: "sig" }),
      ],
      [all],
    );
    expect(result.items[0]?.members.map(({ digest, role }) => [digest, role])).toEqual([
      [digestOf("leaf"), "child"],
      [digestOf("other"), "child"],
      [digestOf("middle"), "child"],
      [digestOf("sig"), "referrer"],
      [digestOf("sigsbom"), "referrer"],
    ]);
    expect(result.totals).toMatchObject({ images: 1, manifests: 6, tags: 1 });
  });

  it("the referrers index of the fallback tag scheme and its entries belong to the subject", () => {
    const family = [
      artifact("image", { tags: ["v1"] }),
      artifact("list", { tags: [fallbackTag("image")], children: ["sbom"] }),
      artifact("sbom", { kind: "other", subject: "image" }),
    ];
    const untagged = rule("untagged", { state: "untagged", kinds: "any" });
    expect(decisions(plan(family, [untagged]), ["list", "sbom"])).toEqual({ list: "keep", sbom: "keep" });
    const gone = plan(family, [all]);
    expect(decisions(gone, ["image", "list", "sbom"])).toEqual({ image: "reclaim", list: "reclaim", sbom: "reclaim" });
    expect(gone.items[0]?.members.map(({ digest }) => digest)).toEqual([digestOf("sbom"), digestOf("list")]);
  });

  it("a kept referrer keeps its subject", () => {
    const result = plan(
      [artifact("image", { tags: ["v1"] }), artifact("sbom", { kind: "other", subject: "image", tags: ["sbom"] })],
      [all],
    );
    expect(decisions(result, ["image", "sbom"])).toEqual({ image: "keep", sbom: "keep" });
    expect(reasonOf(result, "image")).toBe("kept: `sbom` belongs to it and stays");
  });

  it("what only several images could let go together stays, and so do those it belongs to", () => {
    const result = plan(
      [
        artifact("list", { tags: ["list"], children: ["sbom"] }),
        artifact("image", { tags: ["v1"] }),
        artifact("sbom", { kind: "other", subject: "image" }),
      ],
      [all],
    );
    expect(decisions(result, ["list", "image", "sbom"])).toEqual({ list: "reclaim", image: "keep", sbom: "keep" });
    expect(reasonOf(result, "sbom")).toBe("kept: it belongs to more than one image");
  });

  it("a signature of a child that two indexes share goes with the later one", () => {
    const result = plan(
      [
        artifact("first", { tags: ["v1"], children: ["shared"], pushedAt: daysAgo(50) }),
        artifact("second", { tags: ["v2"], children: ["shared"], pushedAt: daysAgo(40) }),
        artifact("shared"),
        artifact("sig", { tags: [fallbackTag("shared", ".sig")] }),
      ],
      [all],
    );
    expect(result.items.map((item) => item.members.map((member) => member.stays))).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  it("a referrer whose subject is in another repository is no orphan", () => {
    const image = artifact("image", { tags: ["v1"], isPinned: true });
    const signature = artifact("sig", { tags: [fallbackTag("image", ".sig")], repositoryName: "signatures" });
    const untagged = rule("untagged", { state: "untagged", kinds: "any" });
    expect(reasonOf(plan([image, signature], [untagged]), "sig")).toMatch(
      /^kept: belongs to .* in another repository$/,
    );
    expect(decisions(plan([signature], [untagged]), ["sig"])).toEqual({ sig: "reclaim" });
    const elsewhere = plan([signature], [untagged], { isDigestElsewhere: (digest) => digest === image.digest });
    expect(decisions(elsewhere, ["sig"])).toEqual({ sig: "keep" });
  });

  it("a circle ends and is kept", () => {
    const result = plan(
      [
        artifact("a", { tags: [fallbackTag("b", ".sig"), "v1"] }),
        artifact("b", { tags: [fallbackTag("a", ".sig")] }),
        artifact("self", { tags: [fallbackTag("self", ".sig"), "v2"] }),
      ],
      [all],
    );
    expect(decisions(result, ["a", "b", "self"])).toEqual({ a: "keep", b: "keep", self: "reclaim" });
    expect(reasonOf(result, "a")).toBe("kept: it and others hold one another in a circle");
  });

  it("an index with a broken index inside stays, with all of it", () => {
    const result = plan(
      [
        artifact("top", { tags: ["v1"], children: ["middle", "leaf"] }),
        artifact("middle", { children: ["nowhere"] }),
        artifact("leaf"),
      ],
      [all],
    );
    expect(result.items).toEqual([]);
    expect(reasonOf(result, "leaf")).toBe("kept: child of `v1`");
  });

  it("refuses to plan with an artifact given twice", () => {
    expect(() => plan([artifact("a"), artifact("a")], [])).toThrow(/given twice/);
  });
});

describe("bytes", () => {
  it("counts what the selection frees once, and what an item alone would free", () => {
    const result = plan(
      [
        artifact("a", { tags: ["a"], blobs: { base: 1000, a: 1, pair: 50 }, pushedAt: daysAgo(50) }),
        artifact("b", { tags: ["b"], blobs: { base: 1000, b: 2, pair: 50 }, pushedAt: daysAgo(40) }),
        artifact("keep", { tags: ["keep"], blobs: { base: 1000, k: 3 }, repositoryName: "other", isPinned: true }),
      ],
      [all],
    );
    expect(
      result.items.map((item) => [
        item.logicalSizeBytes,
        item.uniqueSizeBytes,
        item.ownSizeBytes,
        item.sharedSizeBytes,
      ]),
    ).toEqual([
      [1051, 1, 1, 1050],
      [1052, 52, 2, 1050],
    ]);
    expect(result.totals).toEqual({
      images: 2,
      manifests: 2,
      tags: 2,
      untagged: 0,
      logicalBytes: 2103,
      freedBytes: 53,
    });
  });

  it("a shared child is freed with the last index, and is no index's own", () => {
    const result = plan(
      [
        artifact("first", { tags: ["v1"], children: ["shared"], blobs: { f: 1 }, pushedAt: daysAgo(50) }),
        artifact("second", { tags: ["v2"], children: ["shared"], blobs: { s: 2 }, pushedAt: daysAgo(40) }),
        artifact("shared", { blobs: { c: 100 } }),
      ],
      [all],
    );
    expect(result.items.map((item) => [item.logicalSizeBytes, item.uniqueSizeBytes, item.ownSizeBytes])).toEqual([
      [101, 1, 1],
      [102, 102, 2],
    ]);
  });

  it("never counts what is held outside the plan", () => {
    const result = plan([artifact("a", { tags: ["a"], blobs: { x: 10, y: 5 } })], [all], {
      isBlobHeldElsewhere: (digest) => digest === digestOf("x"),
    });
    expect(result.totals.freedBytes).toBe(5);
  });

  it("goes oldest first", () => {
    const result = plan(
      [3, 30, 300].map((age) => artifact(`d${age}`, { tags: [`t${age}`], pushedAt: daysAgo(age) })),
      [all],
    );
    expect(result.items.flatMap((item) => item.tags)).toEqual(["t300", "t30", "t3"]);
  });
});
