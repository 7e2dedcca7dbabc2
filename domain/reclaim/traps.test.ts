import { describe, expect, it } from "vitest";
import { compileIgnoredPullers } from "@/domain/images/ignored-pullers";
import {
  among,
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
  regex,
  rule,
} from "@/testing/artifact-facts";
import { recheckItem } from "./recheck-item";

/** Traps that users of other systems fall into, one group each. */
describe("traps of the field", () => {
  describe("C2.1 the latest N are artifacts, not tags", () => {
    it("C2.1 two tags on one digest take one place", () => {
      const result = plan(
        [
          artifact("a", { tags: ["v3", "latest"], pushedAt: daysAgo(1.5) }),
          artifact("b", { tags: ["v2"], pushedAt: daysAgo(3) }),
          artifact("c", { tags: ["v1"], pushedAt: daysAgo(4) }),
        ],
        [rule("old", { when: [beyond(2)] })],
      );
      expect(decisions(result, ["a", "b", "c"])).toEqual({ a: "keep", b: "keep", c: "reclaim" });
      expect(reasonOf(result, "b")).toBe("kept: among 2 newest of rule *old*");
    });
  });

  it("C2.2 protecting the 2 newest protects 2 artifacts, however many tags they share", () => {
    const result = plan(
      [
        artifact("a", { tags: ["harbor-1", "harbor-2", "harbor-3", "harbor-4"], pushedAt: daysAgo(2) }),
        artifact("b", { tags: ["harbor-0"], pushedAt: daysAgo(3) }),
        artifact("c", { tags: ["harbor-x"], pushedAt: daysAgo(4) }),
      ],
      [rule("all"), protect("newest", { tags: [glob("harbor-*")], when: [among(2)] })],
    );
    expect(decisions(result, ["a", "b", "c"])).toEqual({ a: "keep", b: "keep", c: "reclaim" });
  });

  it("C2.3 nothing goes by omission: a rule for v* says nothing about other tags", () => {
    const artifacts = [artifact("a", { tags: ["v1"] }), artifact("b", { tags: ["main"] }), artifact("c", {})];
    const result = plan(artifacts, [protect("releases", { tags: [glob("v*")] })]);
    expect(result.items).toEqual([]);
    expect(reasonOf(result, "b")).toBe("kept: no rule selects it");
    const reclaiming = plan(artifacts, [rule("versions", { tags: [glob("v*")] })]);
    expect(decisions(reclaiming, ["a", "b", "c"])).toEqual({ a: "reclaim", b: "keep", c: "keep" });
  });

  describe("C2.4 a never-pulled image counts from its push", () => {
    const fresh = artifact("fresh", { tags: ["a"], pushedAt: daysAgo(2), lastPulledAt: null });
    const old = artifact("old", { tags: ["b"], pushedAt: daysAgo(200), lastPulledAt: null });
    const used = artifact("used", { tags: ["c"], pushedAt: daysAgo(300), lastPulledAt: daysAgo(5) });

    it("C2.4 for idle", () => {
      const result = plan([fresh, old, used], [rule("unused", { when: [idle(30, "active")] })]);
      expect(decisions(result, ["fresh", "old", "used"])).toEqual({ fresh: "keep", old: "reclaim", used: "keep" });
      expect(reasonOf(result, "old")).toBe("reclaimed by rule *unused*: idle 200 days (active)");
    });

    it("C2.4 for the most recently used", () => {
      const result = plan([fresh, old, used], [rule("unused", { when: [beyond(2, "active")] })]);
      expect(decisions(result, ["fresh", "old", "used"])).toEqual({ fresh: "keep", old: "reclaim", used: "keep" });
    });
  });

  it("C2.5 what scanners, mirrors and replication pull is no use: it keeps no image young", () => {
    const isIgnored = compileIgnoredPullers(["replicator"]);
    const lastPull = (pulls: { daysAgo: number; account: string; userAgent: string }[]) =>
      pulls
        .filter(({ account, userAgent }) => !isIgnored({ accounts: [account], userAgent }))
        .map((pull) => daysAgo(pull.daysAgo))
        .reduce<number | null>((latest, at) => Math.max(latest ?? 0, at), null);
    const old = { tags: ["a"], pushedAt: daysAgo(200) };
    const scanned = lastPull([
      { daysAgo: 1, account: "ci", userAgent: "trivy/0.58.1" },
      { daysAgo: 2, account: "replicator", userAgent: "skopeo/1.18" },
    ]);
    const used = lastPull([{ daysAgo: 1, account: "ci", userAgent: "containerd/2.0" }]);
    const result = plan(
      [
        artifact("scanned", { ...old, tags: ["a"], lastPulledAt: scanned }),
        artifact("used", { ...old, tags: ["b"], lastPulledAt: used }),
      ],
      [rule("unused", { when: [idle(90, "active")] })],
    );
    expect(decisions(result, ["scanned", "used"])).toEqual({ scanned: "reclaim", used: "keep" });
  });

  it("C2.6 setting a tag again and pushing the digest again both restart the clock", () => {
    const result = plan(
      [
        artifact("moved", { tags: [{ name: "prod", pushedAt: daysAgo(3) }], pushedAt: daysAgo(300) }),
        artifact("pushed", { tags: [{ name: "b", pushedAt: daysAgo(300) }], pushedAt: daysAgo(3) }),
        artifact("still", { tags: ["c"], pushedAt: daysAgo(300) }),
      ],
      [rule("old", { when: [idle(30)] })],
    );
    expect(decisions(result, ["moved", "pushed", "still"])).toEqual({
      moved: "keep",
      pushed: "keep",
      still: "reclaim",
    });
  });

  it("C2.7 a regex is anchored where its author anchors it, a glob always", () => {
    const artifacts = ["v1", "rc-v1", "v1-rc"].map((tag) => artifact(tag, { tags: [tag] }));
    const selected = (pattern: ReturnType<typeof glob> | ReturnType<typeof regex>) =>
      plan(artifacts, [rule("r", { tags: [pattern] })])
        .items.flatMap((item) => item.tags)
        .sort();
    expect(selected(regex("v1"))).toEqual(["rc-v1", "v1", "v1-rc"]);
    expect(selected(regex("^v1"))).toEqual(["v1", "v1-rc"]);
    expect(selected(regex("^v1$"))).toEqual(["v1"]);
    expect(selected(glob("v1"))).toEqual(["v1"]);
  });

  it("C2.8 “beyond the 2 newest” spares the 2 newest of all, not 2 of those condemned", () => {
    const result = plan(
      [1.5, 2, 100, 200, 300].map((age) => artifact(`d${age}`, { tags: [`t${age}`], pushedAt: daysAgo(age) })),
      [rule("old", { when: [idle(90), beyond(2)] })],
    );
    expect(result.items.flatMap((item) => item.tags)).toEqual(["t300", "t200", "t100"]);
  });

  it("C2.9 rules have no order: a protect rule shields wherever it stands, a selector alone shields nothing", () => {
    const artifacts = [artifact("a", { tags: ["v1"] }), artifact("b", { tags: ["pr-1"] }), artifact("c", {})];
    const rules = [
      rule("any", { state: "any" }),
      rule("never", { tags: [glob("pr-*")], when: [idle(1000)] }),
      protect("shield", { tags: [glob("v*")] }),
    ];
    const forwards = plan(artifacts, rules);
    const backwards = plan([...artifacts].reverse(), [...rules].reverse());
    expect(backwards).toEqual(forwards);
    expect(decisions(forwards, ["a", "b", "c"])).toEqual({ a: "keep", b: "reclaim", c: "reclaim" });
  });

  describe("C2.10 without a tag is not without an owner", () => {
    const index = artifact("index", { tags: ["v2.1"], children: ["amd64", "arm64"] });
    const family = [
      index,
      artifact("amd64"),
      artifact("arm64"),
      artifact("sbom", { kind: "other", subject: "index" }),
      artifact("loose"),
    ];
    const untagged = rule("untagged", { state: "untagged", kinds: "any" });

    it("C2.10 children of a tagged index and referrers of an image are not untagged images", () => {
      const result = plan(family, [untagged]);
      expect(decisions(result, ["index", "amd64", "arm64", "sbom", "loose"])).toEqual({
        index: "keep",
        amd64: "keep",
        arm64: "keep",
        sbom: "keep",
        loose: "reclaim",
      });
      expect(reasonOf(result, "amd64")).toBe("kept: child of `v2.1`");
      expect(reasonOf(result, "sbom")).toBe("kept: belongs to `v2.1`");
    });

    it("C2.10 they go with it, and only then", () => {
      const result = plan(family, [rule("all")]);
      expect(result.items).toHaveLength(1);
      expect(result.items[0]?.members.map(({ digest, role, stays }) => [digest, role, stays])).toEqual([
        [digestOf("amd64"), "child", false],
        [digestOf("arm64"), "child", false],
        [digestOf("sbom"), "referrer", false],
      ]);
      expect(reasonOf(result, "arm64")).toBe("reclaimed with `v2.1`, as its child");
    });

    it("C2.10 orphans whose index or subject is gone count as untagged", () => {
      const result = plan(
        family.filter((member) => member !== index),
        [untagged],
      );
      expect(decisions(result, ["amd64", "arm64", "sbom"])).toEqual({
        amd64: "reclaim",
        arm64: "reclaim",
        sbom: "reclaim",
      });
    });
  });

  it("C2.11 signatures take no place among the newest, by tag or by subject", () => {
    const result = plan(
      [
        artifact("a", { tags: ["v2"], pushedAt: daysAgo(20) }),
        artifact("b", { tags: ["v1"], pushedAt: daysAgo(30) }),
        artifact("c", { tags: ["v0"], pushedAt: daysAgo(40) }),
        artifact("siga", { tags: [fallbackTag("a", ".sig")], pushedAt: daysAgo(2), blobs: { s: 1 } }),
        artifact("atta", { tags: [fallbackTag("a", ".att")], pushedAt: daysAgo(2), blobs: { s: 1 } }),
        artifact("sbomb", { subject: "b", pushedAt: daysAgo(2), blobs: { s: 1 } }),
        artifact("named", { subject: "b", tags: ["v1-sbom"], pushedAt: daysAgo(2), blobs: { s: 1 } }),
      ],
      [rule("old", { when: [beyond(2)] })],
    );
    expect(decisions(result, ["a", "b", "c", "siga", "atta", "sbomb", "named"])).toEqual({
      a: "keep",
      b: "keep",
      c: "reclaim",
      siga: "keep",
      atta: "keep",
      sbomb: "keep",
      named: "keep",
    });
  });

  it("C2.12 a tag set again after the plan cancels the move", () => {
    const before = artifact("a", { pushedAt: daysAgo(50) });
    const other = artifact("b", { tags: ["v2"] });
    const [item] = plan([before, other], [rule("untagged", { state: "untagged" })]).items;
    if (item === undefined) throw new Error("nothing planned");
    const rules = new Map([["untagged", { revision: 1, isEnabled: true, allowLastArtifact: true }]]);
    const recheck = (now: typeof before) =>
      recheckItem({ item, artifacts: [now, other], rules, planNowMs: NOW, graceMs: 0, isDigestElsewhere: () => false });
    expect(recheck(before)).toMatchObject({ outcome: "proceed" });
    expect(recheck({ ...before, tags: [{ name: "v1", pushedAt: daysAgo(50) }] })).toEqual({
      outcome: "skipped_stale",
      reason: { code: "tags_changed", added: ["v1"], removed: [] },
    });
  });

  it("C2.13 a single image under each of several count rules is never condemned", () => {
    const result = plan(
      [artifact("a", { tags: ["dev-1"] }), artifact("b", { tags: ["prod-1"] }), artifact("c", { tags: ["qa-1"] })],
      ["dev", "prod", "qa"].map((name) => rule(name, { tags: [glob(`${name}-*`)], when: [beyond(1)] })),
    );
    expect(result.items).toEqual([]);
    expect(reasonOf(result, "a")).toBe("kept: among 1 newest of rule *dev*");
  });

  it("C2.14 an immutable tag cannot go, and keeps its image", () => {
    const result = plan(
      [
        artifact("a", { tags: ["v1"], immutableTags: ["v1"] }),
        artifact("b", { tags: ["v0", "old"], immutableTags: ["v0"] }),
        artifact("c", { tags: ["x"] }),
      ],
      [rule("all")],
    );
    expect(decisions(result, ["a", "b", "c"])).toEqual({ a: "keep", b: "untag old", c: "reclaim" });
    expect(reasonOf(result, "a")).toBe("kept: its tag `v1` is immutable");
  });
});
