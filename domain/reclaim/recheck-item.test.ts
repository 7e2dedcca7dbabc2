import { describe, expect, it } from "vitest";
import type { Artifact } from "@/domain/rules/facts";
import { DAY_MS } from "@/domain/rules/facts";
import type { AppliedRule } from "@/domain/rules/rule";
import { artifact, daysAgo, digestOf, fallbackTag, glob, NOW, plan, rule } from "@/testing/artifact-facts";
import type { PlanItem } from "./plan";
import { planByHand } from "./plan-by-hand";
import { type RecheckInput, type RecheckResult, recheckItem, staleText } from "./recheck-item";

const all = rule("all");
const keeper = artifact("keeper", { tags: ["keeper"], isPinned: true });
const family = [
  artifact("index", { tags: ["v1"], children: ["amd64", "arm64"] }),
  artifact("amd64"),
  artifact("arm64"),
  artifact("sbom", { kind: "other", subject: "index" }),
  keeper,
];

function itemsOf(artifacts: Artifact[], rules: AppliedRule[] = [all]): PlanItem[] {
  return plan(artifacts, rules).items;
}

function recheck(now: Artifact[], frame: Partial<RecheckInput> = {}, item = itemsOf(family)[0]): RecheckResult {
  if (item === undefined) throw new Error("nothing planned");
  const rules = new Map([["all", { revision: 1, isEnabled: true, allowLastArtifact: true }]]);
  return recheckItem({
    ...{ item, artifacts: now, rules, planNowMs: NOW, graceMs: DAY_MS, isDigestElsewhere: () => false },
    ...frame,
  });
}

/** The family with one member changed. */
function changed(name: string, change: Partial<Artifact>): Artifact[] {
  return family.map((member) => (member.digest === digestOf(name) ? { ...member, ...change } : member));
}

function staleCode(result: RecheckResult): string {
  return result.outcome === "skipped_stale" ? result.reason.code : result.outcome;
}

describe("recheckItem", () => {
  it("proceeds where nothing changed", () => {
    const result = recheck(family);
    expect(result).toMatchObject({ outcome: "proceed" });
    expect(result.outcome === "proceed" && result.members.map(({ digest, stays }) => [digest, stays])).toEqual([
      [digestOf("amd64"), false],
      [digestOf("arm64"), false],
      [digestOf("sbom"), false],
    ]);
  });

  it.each<[string, Artifact[], string]>([
    ["it is gone", family.slice(1), "gone"],
    [
      "a tag was added",
      changed("index", { tags: ["v1", "new"].map((name) => ({ name, pushedAt: daysAgo(100) })) }),
      "tags_changed",
    ],
    ["its tag moved away", changed("index", { tags: [] }), "tags_changed"],
    ["it was pushed again", changed("index", { pushedAt: NOW + 1 }), "pushed_since"],
    ["its tag was pushed again", changed("index", { tags: [{ name: "v1", pushedAt: NOW + 1 }] }), "pushed_since"],
    ["it was pulled", changed("index", { lastPulledAt: NOW + 1 }), "pulled_since"],
    ["a child was pulled", changed("arm64", { lastPulledAt: NOW + 1 }), "pulled_since"],
    ["it was pinned", changed("index", { isPinned: true }), "guarded"],
    ["a child is in use", changed("arm64", { inUseBy: ["prod/web"] }), "guarded"],
    ["its tag became immutable", changed("index", { immutableTags: ["v1"] }), "guarded"],
    ["a child vanished", family.filter(({ digest }) => digest !== digestOf("arm64")), "guarded"],
    ["something became unreadable", changed("keeper", { isUnreadable: true }), "guarded"],
    [
      "its referrer was tagged",
      changed("sbom", { tags: [{ name: "sbom", pushedAt: daysAgo(100) }] }),
      "attached_since",
    ],
    ["its referrer was pinned", changed("sbom", { isPinned: true }), "attached_since"],
    ["something was attached", [...family, artifact("sig", { kind: "other", subject: "amd64" })], "attached_since"],
    ["an index lists it", [...family, artifact("outer", { children: ["index"] })], "needed_now"],
  ])("skips where %s", (_, now, code) => {
    expect(staleCode(recheck(now))).toBe(code);
  });

  it.each([
    ["disabled", { revision: 1, isEnabled: false }],
    ["edited", { revision: 2, isEnabled: true }],
  ])("skips where the rule was %s", (_, now) => {
    expect(recheck(family, { rules: new Map([["all", { ...now, allowLastArtifact: true }]]) })).toEqual({
      outcome: "skipped_stale",
      reason: { code: "rule_changed", ruleNames: ["all"] },
    });
  });

  it("skips where the rule is gone", () => {
    expect(staleCode(recheck(family, { rules: new Map() }))).toBe("rule_changed");
  });

  it("of several rules, those that still stand must select all that goes", () => {
    const image = [artifact("a", { tags: ["v1", "pr-1"] }), keeper];
    const stands = { revision: 1, isEnabled: true, allowLastArtifact: true };
    const [byParts] = itemsOf(image, [rule("v", { tags: [glob("v*")] }), rule("pr", { tags: [glob("pr-*")] })]);
    expect(staleCode(recheck(image, { rules: new Map([["v", stands]]) }, byParts))).toBe("rule_changed");
    expect(
      staleCode(
        recheck(
          image,
          {
            rules: new Map([
              ["v", stands],
              ["pr", stands],
            ]),
          },
          byParts,
        ),
      ),
    ).toBe("proceed");
    const [byBoth] = itemsOf(image, [rule("x"), rule("y")]);
    expect(staleCode(recheck(image, { rules: new Map([["y", stands]]) }, byBoth))).toBe("proceed");
  });

  it("skips what has become the last image, unless a rule allows it", () => {
    const alone = family.slice(0, 4);
    const strict = new Map([["all", { revision: 1, isEnabled: true, allowLastArtifact: false }]]);
    expect(staleCode(recheck(alone, { rules: strict }))).toBe("guarded");
    expect(staleCode(recheck(family, { rules: strict }))).toBe("proceed");
    expect(staleCode(recheck(alone))).toBe("proceed");
  });

  it("a child that got a tag or a new index meanwhile stays", () => {
    for (const now of [
      changed("arm64", { tags: [{ name: "arm", pushedAt: daysAgo(50) }] }),
      [...family, artifact("outer", { tags: ["v9"], children: ["arm64"] })],
    ]) {
      const result = recheck(now);
      expect(result.outcome === "proceed" && result.members.map(({ stays }) => stays)).toEqual([false, true, false]);
    }
  });

  it("a shared child stays until the last index that lists it goes, whichever that is", () => {
    const shared = [
      artifact("first", { tags: ["v1"], children: ["shared"], pushedAt: daysAgo(50) }),
      artifact("second", { tags: ["v2"], children: ["shared"], pushedAt: daysAgo(40) }),
      artifact("shared"),
    ];
    const [first, second] = itemsOf(shared);
    const stays = (result: RecheckResult) =>
      result.outcome === "proceed" && result.members.map((member) => member.stays);
    expect(stays(recheck(shared, {}, first))).toEqual([true]);
    expect(stays(recheck(shared.slice(1), {}, second))).toEqual([false]);
    expect(stays(recheck(shared, {}, second))).toEqual([true]);
  });

  it("an untag asks for the same tags and guards", () => {
    const image = [artifact("a", { tags: ["v1", "pr-1"] })];
    const [item] = itemsOf(image, [rule("all", { tags: [glob("pr-*")] })]);
    expect(recheck(image, {}, item)).toEqual({ outcome: "proceed", members: [] });
    expect(staleCode(recheck([artifact("a", { tags: ["pr-1"] })], {}, item))).toBe("tags_changed");
    expect(staleCode(recheck([artifact("a", { tags: ["v1", "pr-1"], inUseBy: ["x"] })], {}, item))).toBe("guarded");
  });

  it("says why in plain words", () => {
    expect(staleText({ code: "tags_changed", added: ["v2"], removed: ["v1"] })).toBe(
      "its tags changed since the plan (+v2, −v1)",
    );
    expect(staleText({ code: "guarded", reason: { code: "pinned", text: "by Ada" } })).toBe("kept: pinned by Ada");
    expect(staleText({ code: "rule_changed", ruleNames: ["a", "b"] })).toBe("changed or disabled since the plan: a, b");
  });

  it("law 1: a fallback tag that was an orphan's is not taken once its subject is there, in whichever repository", () => {
    const tag = fallbackTag("image", ".sig");
    const signature = artifact("sig", { tags: [tag, "mine"] });
    const take = (names: string[]) =>
      planByHand({
        ...{ artifacts: [signature], nowMs: NOW, graceMs: 0, by: { who: "Ada", why: null } },
        pickOf: () => ({ what: "tags", tags: names, andImage: false }),
      }).items[0];
    const byHand = (now: Artifact[], elsewhere: string[], names = [tag]) => {
      const isDigestElsewhere = (digest: string) => elsewhere.map(digestOf).includes(digest);
      return recheck(now, { rules: "by_hand", isDigestElsewhere }, take(names));
    };
    expect(byHand([signature], [])).toMatchObject({ outcome: "proceed" });
    expect(byHand([signature], ["image"])).toMatchObject({ reason: { reason: { code: "subject_elsewhere" } } });
    expect(byHand([signature, artifact("image", { tags: ["v1"] })], [])).toMatchObject({
      reason: { reason: { code: "referrer_of", tag: "v1" } },
    });
    expect(byHand([signature], ["image"], ["mine"])).toMatchObject({ outcome: "proceed" });
  });

  it("an orphan that has a subject in another repository by now stays", () => {
    const orphan = [artifact("sbom", { tags: ["sbom"], subject: "image" }), keeper];
    const [item] = itemsOf(orphan);
    expect(recheck(orphan, {}, item)).toMatchObject({ outcome: "proceed" });
    expect(recheck(orphan, { isDigestElsewhere: () => true }, item)).toMatchObject({
      reason: { code: "guarded", reason: { code: "subject_elsewhere" } },
    });
  });
});
