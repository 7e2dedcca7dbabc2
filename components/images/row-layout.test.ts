import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawableCount, heightOf, type RowLayout, rowAt, rowsInView, rowsToDraw, topOf } from "./row-layout";

const layouts: fc.Arbitrary<RowLayout> = fc
  .record({
    count: fc.integer({ min: 1, max: 300 }),
    rowPx: fc.integer({ min: 10, max: 90 }),
    open: fc.dictionary(fc.nat(299).map(String), fc.integer({ min: 1, max: 900 })),
  })
  .map(({ count, rowPx, open }) => ({
    count,
    rowPx,
    extraPx: new Map(
      Object.entries(open)
        .map(([at, px]) => [Number(at), px] as const)
        .filter(([at]) => at < count),
    ),
  }));

describe("row layout", () => {
  test("K-31 a row is found where it stands, with some rows open", () => {
    fc.assert(
      fc.property(layouts, fc.nat(299), (layout, at) => {
        const index = at % layout.count;
        expect(rowAt(layout, topOf(layout, index))).toBe(index);
        expect(rowAt(layout, topOf(layout, index + 1) - 1)).toBe(index);
        expect(topOf(layout, layout.count)).toBe(heightOf(layout));
      }),
    );
  });

  test("K-31 only the rows of the window and a few around it are drawn, of a hundred thousand", () => {
    const layout = { count: 100_000, rowPx: 52, extraPx: new Map([[10, 300]]) };
    expect(rowsInView(layout, { topPx: 52 * 50_000 + 300, heightPx: 520 }, 5)).toEqual({ first: 49_995, last: 50_015 });
    expect(rowsInView(layout, { topPx: -500, heightPx: 520 }, 5)).toEqual({ first: 0, last: 5 });
    expect(rowsInView(layout, { topPx: 1e9, heightPx: 520 }, 5)).toEqual({ first: 99_994, last: 99_999 });
    expect(rowsInView({ ...layout, count: 0 }, { topPx: 0, heightPx: 520 }, 5)).toBeNull();
    expect(drawableCount(100_000, 52)).toBe(100_000);
    expect(drawableCount(10_000_000, 52)).toBeLessThan(600_000);
  });

  test("K-31 rows that are read are drawn, and the row with the focus always is", () => {
    const isRead = (index: number) => index < 5 || index === 9;
    expect(rowsToDraw({ first: 2, last: 11 }, 0, 100, isRead)).toEqual([0, 2, 3, 4, 9]);
    expect(rowsToDraw({ first: 5, last: 8 }, 6, 100, () => false)).toEqual([6]);
    expect(rowsToDraw({ first: 0, last: 1 }, 50, 100, () => true)).toEqual([0, 1, 50]);
    expect(rowsToDraw(null, 0, 0, () => true)).toEqual([]);
  });
});
