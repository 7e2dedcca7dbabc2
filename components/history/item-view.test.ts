import { describe, expect, test } from "vitest";
import { filterOfView, type ItemView, isFiltered, orderOfView, patchOfSort, sortOfView } from "./item-view";

const PLAIN: ItemView = {
  ...{ show: "all", q: "", rule: null, reason: null, kind: null, repository: null, minBytes: null, maxBytes: null },
  ...{ olderThanDays: null, youngerThanDays: null, sort: "plan", order: "asc" },
};

describe("what the address says is what the server is asked", () => {
  test("nothing chosen asks for nothing", () => {
    expect(filterOfView({ ...PLAIN, q: "  " })).toEqual({});
    expect(orderOfView(PLAIN)).toEqual({});
    expect(isFiltered({ ...PLAIN, sort: "size", order: "desc" })).toBe(false);
  });

  test("N-04 everything chosen is asked for, zeros too", () => {
    const view: ItemView = {
      ...{ show: "left-out", q: " web:1.2 ", rule: "rul_1", reason: "child_of", kind: "image", repository: "acme/web" },
      ...{ minBytes: 0, maxBytes: 10, olderThanDays: 0, youngerThanDays: 7, sort: "own", order: "desc" },
    };
    expect(filterOfView(view)).toEqual({
      ...{ state: "left_out", search: "web:1.2", ruleId: "rul_1", reason: "child_of", kind: "image" },
      ...{ repository: "acme/web", minBytes: 0, maxBytes: 10, olderThanDays: 0, youngerThanDays: 7 },
    });
    expect(orderOfView(view)).toEqual({ sort: "own", order: "desc" });
    expect(isFiltered(view)).toBe(true);
  });

  test("a reason that is no code is not asked for", () => {
    expect(filterOfView({ ...PLAIN, reason: "Robert'); --" })).toEqual({});
  });
});

describe("headings", () => {
  const click = (view: ItemView, columnId: string, first: "ascending" | "descending") => {
    const shown = sortOfView(view);
    const isSame = shown?.columnId === columnId;
    const direction = !isSame ? first : shown.direction === "ascending" ? "descending" : "ascending";
    const patch = patchOfSort(view, { columnId, direction }, first);
    return { ...view, sort: patch.sort ?? "plan", order: patch.order ?? "asc" } as ItemView;
  };

  test.each(["ascending", "descending"] as const)(
    "N-04 %s first: one way, the other, and back to the plan",
    (first) => {
      const [once, twice] = [click(PLAIN, "size", first), click(click(PLAIN, "size", first), "size", first)];
      expect(sortOfView(once)).toEqual({ columnId: "size", direction: first });
      expect(sortOfView(twice)?.direction).not.toBe(first);
      expect(sortOfView(click(twice, "size", first))).toBeUndefined();
      expect(sortOfView(click(twice, "own", "descending"))).toEqual({ columnId: "own", direction: "descending" });
    },
  );
});
