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

const RULES = new Map([0, 1, 2, 3].map((at) => [`rul_${at}`, { name: `rule ${at}`, revision: at + 1 }]));

function itemOf(reason: unknown): RunItemRecord {
  return { ...move, action: "recycle", reason, pushedAt: new Date(0) } as unknown as RunItemRecord;
}

test("what the re-check compares comes back from the item whole: which rule took which tags", () => {
  fc.assert(
    fc.property(taken, (groups) => {
      const hits = groups.map((tags, at) => ({
        ...{ ruleId: `rul_${at}`, ruleName: `rule ${at}`, revision: at + 1, tags, because: [] },
      }));
      const reason = JSON.parse(JSON.stringify(plannedReason({ ...move, hits }, undefined)));
      expect(planOf(itemOf(reason), RULES)).toEqual({ ...move, hits });
    }),
  );
});

test("an item says which tags a rule took only where it did not take all", () => {
  const tagsOf = (...groups: string[][]) =>
    plannedReason(
      { ...move, hits: groups.map((tags) => ({ ruleId: "a", ruleName: "a", revision: 1, tags, because: [] })) },
      undefined,
    ).plan.hits.map((hit) => hit.tags);
  expect(tagsOf(TAGS, ["v1.2"], [])).toEqual([undefined, "010", "000"]);
});

test("items of earlier versions name their rules themselves, and their tags where one of the rules did not take all", () => {
  const kept = { ruleId: "rul_1", ruleName: "as it was called", revision: 7 };
  const hitsOf = (...hits: object[]) => planOf(itemOf({ plan: { mediaType: "m", hits } }), RULES).hits;
  expect(hitsOf(kept)).toEqual([{ ...kept, tags: TAGS, because: [] }]);
  expect(hitsOf({ ...kept, tags: ["v1"] })).toEqual([{ ...kept, tags: ["v1"], because: [] }]);
});

test("a rule that the run does not know is none that stands", () => {
  const [hit] = planOf(itemOf({ plan: { mediaType: "m", hits: [{ ruleId: "gone" }] } }), RULES).hits;
  expect(hit).toMatchObject({ ruleId: "gone", revision: 0 });
});
