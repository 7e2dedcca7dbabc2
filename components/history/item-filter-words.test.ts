import { describe, expect, test } from "vitest";
import { chosenRulesText, panelParts, reasonWord, rulesOfRun } from "./item-filter-words";
import type { ItemView } from "./item-view";

const rules = [
  { id: "rul_a", name: "Old builds", revision: 3 },
  { id: "rul_b", name: "Keep stable", revision: 1 },
];
const PLAIN: ItemView = {
  ...{ show: "all", q: "", rule: null, reason: null, kind: null, repository: null, minBytes: null, maxBytes: null },
  ...{ olderThanDays: null, youngerThanDays: null, sort: "plan", order: "asc" },
};

describe("what is filtered, in words", () => {
  test("nothing is said of nothing", () => {
    expect(panelParts(PLAIN, rules)).toEqual([]);
  });

  test("N-04 each part stands for itself, with the key that takes it away", () => {
    const view: ItemView = {
      ...{ ...PLAIN, rule: "rul_a", reason: "child_of", kind: "index", repository: "acme/web", minBytes: 0 },
      ...{ maxBytes: 2048, olderThanDays: 1, youngerThanDays: 30 },
    };
    expect(panelParts(view, rules)).toEqual([
      { key: "rule", text: "rule Old builds" },
      { key: "reason", text: "part of a kept image" },
      { key: "kind", text: "several platforms" },
      { key: "repository", text: "in acme/web" },
      { key: "minBytes", text: "0 B or larger" },
      { key: "maxBytes", text: "2.00 KiB or smaller" },
      { key: "olderThanDays", text: "older than 1 day" },
      { key: "youngerThanDays", text: "at most 30 days old" },
    ]);
  });

  test("a rule and a reason that nobody knows are shown as they are called", () => {
    expect(panelParts({ ...PLAIN, rule: "rul_gone" }, rules)).toEqual([{ key: "rule", text: "rule rul_gone" }]);
    expect(reasonWord("quarantined_by_scan")).toBe("quarantined by scan");
  });
});

describe("the rules of a run", () => {
  test("N-04 those that were asked for, a draft among them, not those that always take part", () => {
    expect(chosenRulesText({ options: { ruleIds: ["rul_a"], rules } })).toBe("Old builds");
    const draft = { id: "draft", name: "New one", revision: 0 };
    expect(chosenRulesText({ options: { ruleIds: [], rules: [draft, ...rules] } })).toBe("New one");
    expect(rulesOfRun({ options: { ruleIds: ["rul_a"], rules } })).toEqual(rules);
  });

  test("a run without rules has none, whatever its options are", () => {
    for (const options of [{}, { byHand: "recycle" }, { rules: null }, { rules: [null, 1, {}] }]) {
      expect(rulesOfRun({ options })).toEqual([]);
      expect(chosenRulesText({ options })).toBeNull();
    }
  });
});
