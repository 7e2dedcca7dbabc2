import { expect, test } from "vitest";
import { type BinView, filterOf, filterParts, isFiltered, orderOf } from "./bin-view";

const PLAIN: BinView = {
  ...{ q: "", space: null, repository: null, rule: null, run: null, actor: null, kind: null, state: "any" },
  ...{ olderThanDays: null, youngerThanDays: null, daysLeft: null, minBytes: null, maxBytes: null },
  ...{ sort: "recycled", order: null },
};

test("K-03 a plain view asks for everything, and says nothing of filters", () => {
  expect(filterOf(PLAIN)).toEqual({ state: "any" });
  expect(isFiltered(filterOf(PLAIN))).toBe(false);
  expect(filterParts(PLAIN, () => "")).toEqual([]);
});

test("K-03 each part of a filter is asked for, and said in words with the key that clears it", () => {
  const view: BinView = { ...PLAIN, q: " web ", rule: "rule_1", state: "due", minBytes: 5_000_000, daysLeft: 0 };
  expect(filterOf(view)).toEqual({ state: "due", search: "web", ruleId: "rule_1", minBytes: 5_000_000, daysLeft: 0 });
  expect(isFiltered(filterOf(view))).toBe(true);
  expect(filterParts(view, (facet, id) => `${facet} ${id}`)).toEqual([
    { key: "rule", text: "taken by rule rule_1" },
    { key: "state", text: "purged within 3 days" },
    { key: "daysLeft", text: "at most 0 days left" },
    { key: "minBytes", text: expect.stringMatching(/^at least /) },
  ]);
});

test("K-03 an order without a direction starts with what is asked for most", () => {
  expect(orderOf({ sort: "recycled", order: null }).order).toBe("desc");
  expect(orderOf({ sort: "size", order: null }).order).toBe("desc");
  expect(orderOf({ sort: "due", order: null }).order).toBe("asc");
  expect(orderOf({ sort: "name", order: "desc" }).order).toBe("desc");
});
