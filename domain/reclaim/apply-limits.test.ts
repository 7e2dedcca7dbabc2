import { describe, expect, it } from "vitest";
import { artifact, daysAgo, glob, plan, rule } from "@/testing/artifact-facts";
import { applyLimits, strictestLimits } from "./apply-limits";

const images = [10, 20, 30, 40].map((age) =>
  artifact(`d${age}`, { tags: [`t${age}`], pushedAt: daysAgo(age), blobs: { base: 100, [`l${age}`]: age } }),
);
const planned = plan(images, [rule("all")]);
const facts = { artifacts: images };
const tagsOf = (items: { tags: readonly string[] }[]) => items.flatMap((item) => item.tags);

describe("applyLimits", () => {
  it("leaves a plan alone that stays within them", () => {
    for (const limits of [{}, { maxItems: 4 }, { maxBytes: 500 }, { maxPercentOfRepository: 100 }]) {
      expect(applyLimits(planned, limits, facts)).toEqual({
        items: planned.items,
        leftOut: [],
        totals: planned.totals,
        stop: null,
      });
    }
    expect(planned.totals).toMatchObject({ images: 4, logicalBytes: 500, freedBytes: 200 });
  });

  it("takes the oldest so many, and counts anew what these free", () => {
    const limited = applyLimits(planned, { maxItems: 3 }, facts);
    expect(tagsOf(limited.items)).toEqual(["t40", "t30", "t20"]);
    expect(limited.leftOut).toMatchObject([{ limit: "maxItems", item: { tags: ["t10"] } }]);
    expect(limited.totals).toMatchObject({ images: 3, manifests: 3, tags: 3, logicalBytes: 390, freedBytes: 90 });
    expect(limited.stop).toEqual({ code: "partial_limit", limits: ["maxItems"], leftOutItems: 1, leftOutBytes: 110 });
  });

  it("ends at the first item that passes the bytes, and takes no smaller one behind it", () => {
    expect(tagsOf(applyLimits(planned, { maxBytes: 270 }, facts).items)).toEqual(["t40", "t30"]);
    expect(tagsOf(applyLimits(planned, { maxBytes: 269 }, facts).items)).toEqual(["t40"]);
    expect(tagsOf(applyLimits(planned, { maxBytes: 139 }, facts).items)).toEqual([]);
  });

  it("takes a share of each repository, rounded down, and goes on elsewhere", () => {
    const other = artifact("o", { tags: ["o"], repositoryName: "other", pushedAt: daysAgo(5) });
    const another = artifact("p", { tags: ["p"], repositoryName: "other", pushedAt: daysAgo(6) });
    const both = [...images, other, another];
    const limited = applyLimits(plan(both, [rule("all")]), { maxPercentOfRepository: 50 }, { artifacts: both });
    expect(tagsOf(limited.items)).toEqual(["t40", "t30", "p"]);
    expect(limited.stop?.limits).toEqual(["maxPercentOfRepository"]);
    expect(tagsOf(applyLimits(planned, { maxPercentOfRepository: 24 }, facts).items)).toEqual([]);
  });

  it("a lost tag uses up no share of the repository", () => {
    const some = [artifact("a", { tags: ["v1", "pr-1"] }), artifact("b", { tags: ["v2", "pr-2"] })];
    const untags = plan(some, [rule("pr", { tags: [glob("pr-*")] })]);
    expect(applyLimits(untags, { maxPercentOfRepository: 1 }, { artifacts: some }).stop).toBeNull();
    expect(applyLimits(untags, { maxItems: 1 }, { artifacts: some }).items).toHaveLength(1);
  });
});

describe("strictestLimits", () => {
  it("takes the least of each over the reclaim rules", () => {
    const rules = [
      rule("a", { limits: { maxItems: 10, maxBytes: 5 } }),
      rule("b", { limits: { maxItems: 3, maxPercentOfRepository: 20 } }),
      rule("c", { effect: "protect", limits: { maxItems: 1 } }),
      rule("d"),
    ];
    expect(strictestLimits(rules.map(({ definition }) => definition))).toEqual({
      maxItems: 3,
      maxBytes: 5,
      maxPercentOfRepository: 20,
    });
  });
});
