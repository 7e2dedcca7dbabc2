import { describe, expect, test } from "vitest";
import { artifact, daysAgo, decisions, glob, NOW, plan, reasonOf, rule } from "@/testing/artifact-facts";
import { recheckItem } from "./recheck-item";

const restored = (ruleId: string, revision = 1) => [{ ruleId, revision, who: "Ada", atMs: NOW }];
const other = artifact("other", { tags: ["other"], isPinned: true });

describe("a restored image", () => {
  test("N-03 is left alone by the rule that took it, and says so", () => {
    const one = artifact("one", { tags: ["v1"], exemptFrom: restored("old") });
    const result = plan([one, other], [rule("old")]);
    expect(decisions(result, ["one"])).toEqual({ one: "keep" });
    expect(reasonOf(result, "one")).toBe(
      "kept: restored from rule *old* on 2026-01-01 by Ada; exempt until the rule changes",
    );
  });

  test("N-03 is taken again once that rule was changed", () => {
    const one = artifact("one", { tags: ["v1"], exemptFrom: restored("old") });
    const changed = { ...rule("old"), revision: 2 };
    expect(decisions(plan([one, other], [changed]), ["one"])).toEqual({ one: "reclaim" });
  });

  test("N-03 is taken by another rule, which decides alone", () => {
    const one = artifact("one", { tags: ["v1"], exemptFrom: restored("old") });
    const result = plan([one, other], [rule("old"), rule("pull requests")]);
    expect(decisions(result, ["one"])).toEqual({ one: "reclaim" });
    expect(result.items[0]?.hits.map((hit) => hit.ruleId)).toEqual(["pull requests"]);
  });

  test("N-03 keeps the tags that only its rule takes, and loses those of another", () => {
    const one = artifact("one", { tags: ["v1", "pr-1"], exemptFrom: restored("old") });
    const result = plan([one, other], [rule("old"), rule("pull requests", { tags: [glob("pr-*")] })]);
    expect(decisions(result, ["one"])).toEqual({ one: "untag pr-1" });
  });

  test("N-03 restored while a run is under way is not taken by it again", () => {
    const one = artifact("one", { tags: ["v1"], pushedAt: daysAgo(50) });
    const [item] = plan([one, other], [rule("old")]).items;
    if (item === undefined) throw new Error("nothing planned");
    const result = recheckItem({
      item,
      artifacts: [{ ...one, exemptFrom: restored("old") }, other],
      rules: new Map([["old", { revision: 1, isEnabled: true, allowLastArtifact: true }]]),
      ...{ planNowMs: NOW, graceMs: 0, isDigestElsewhere: () => false },
    });
    expect(result).toMatchObject({ outcome: "skipped_stale", reason: { reason: { code: "exempt" } } });
  });
});
