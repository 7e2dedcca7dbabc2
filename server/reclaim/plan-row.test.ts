import fc from "fast-check";
import { expect, test } from "vitest";
import type { PlanMove } from "@/domain/reclaim/plan";
import type { RunItemRecord } from "@/server/history/run-journal";
import { plannedReason } from "./plan-row";
import { planOf } from "./planned-run";

const TAGS = ["v1", "v1.2", "v1.2.3"];
const move: PlanMove = {
  ...{ action: "reclaim", repositoryName: "acme/web", digest: "sha256:1", kind: "image", mediaType: "manifest" },
  ...{ tags: TAGS, selectedTags: TAGS, members: [], hits: [], pushedAt: 0, lastPulledAt: null },
};
const taken = fc.uniqueArray(fc.subarray(TAGS), { maxLength: 4, selector: (tags) => tags.join() });

test("what the re-check compares comes back from the item whole: which rule took which tags", () => {
  fc.assert(
    fc.property(taken, (groups) => {
      const hits = groups.map((tags, at) => ({
        ...{ ruleId: `rul_${at}`, ruleName: `rule ${at}`, revision: at + 1, tags, because: [] },
      }));
      const reason = JSON.parse(JSON.stringify(plannedReason({ ...move, hits }, undefined)));
      const item = { ...move, action: "recycle", reason, pushedAt: new Date(0) } as unknown as RunItemRecord;
      expect(planOf(item)).toEqual({ ...move, hits });
    }),
  );
});

test("an item says of all its hits which tags they took, or of none", () => {
  const tagsOf = (...groups: string[][]) =>
    plannedReason(
      { ...move, hits: groups.map((tags) => ({ ruleId: "a", ruleName: "a", revision: 1, tags, because: [] })) },
      undefined,
    ).plan.hits.map((hit) => hit.tags);
  expect(tagsOf(TAGS, TAGS)).toEqual([undefined, undefined]);
  expect(tagsOf(TAGS, ["v1"])).toEqual([TAGS, ["v1"]]);
});
