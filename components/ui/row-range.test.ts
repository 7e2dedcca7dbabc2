import { describe, expect, it } from "vitest";
import { rangeBetween, toggled } from "./row-range";

describe("rangeBetween", () => {
  const keys = ["a", "b", "c", "d"];

  it("holds both ends, whichever comes first", () => {
    expect(rangeBetween(keys, "b", "d")).toEqual(["b", "c", "d"]);
    expect(rangeBetween(keys, "d", "b")).toEqual(["b", "c", "d"]);
    expect(rangeBetween(keys, "c", "c")).toEqual(["c"]);
  });

  it("does not reach for a row that has gone", () => {
    expect(rangeBetween(keys, "gone", "b")).toEqual(["b"]);
    expect(rangeBetween(keys, "b", "gone")).toEqual([]);
  });
});

describe("toggled", () => {
  it("leaves the given set alone", () => {
    const before = new Set(["a"]);
    expect([...toggled(before, "b")]).toEqual(["a", "b"]);
    expect([...toggled(before, "a")]).toEqual([]);
    expect([...before]).toEqual(["a"]);
  });
});
