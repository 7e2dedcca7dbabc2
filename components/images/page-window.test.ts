import { describe, expect, test } from "vitest";
import { countRows, pagesAround, pagesBetween } from "./page-window";

const page = (index: number, more: Partial<Parameters<typeof countRows>[0][number]> = {}) => ({
  index,
  rows: 100,
  hasMore: true,
  total: 10_000,
  isTotalCapped: true,
  ...more,
});

describe("page window", () => {
  test("K-31 the pages in view and one on either side are read, never more", () => {
    expect(pagesAround(0, 30, 100_000)).toEqual([0, 1]);
    expect(pagesAround(50_010, 50_040, 100_000)).toEqual([499, 500, 501]);
    expect(pagesAround(99_990, 99_999, 100_000)).toEqual([998, 999]);
    expect(pagesAround(0, 0, 0)).toEqual([0]);
    expect(pagesAround(5_000, 5_030, 120)).toEqual([1]);
    expect(pagesBetween(95, 305)).toEqual([0, 1, 2, 3]);
  });

  test("K-31 a list whose count was capped grows as one scrolls, and ends where a page is the last", () => {
    expect(countRows([], 0)).toEqual({ count: 0, isCapped: false });
    expect(countRows([page(0, { total: 42, isTotalCapped: false })], 0)).toEqual({ count: 42, isCapped: false });
    expect(countRows([page(0)], 0)).toEqual({ count: 10_000, isCapped: true });
    expect(countRows([page(99)], 0)).toEqual({ count: 10_100, isCapped: true });
    expect(countRows([page(3)], 10_100)).toEqual({ count: 10_100, isCapped: true });
    expect(countRows([page(100, { rows: 7, hasMore: false })], 10_100)).toEqual({ count: 10_007, isCapped: false });
  });
});
