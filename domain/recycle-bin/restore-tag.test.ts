import { describe, expect, it } from "vitest";
import { restoredTagName } from "./restore-tag";

const DAY = new Date("2026-11-21T23:59:59Z");

describe("restoredTagName", () => {
  it("says that and when it was restored", () => {
    expect(restoredTagName("v1", DAY, 1)).toBe("v1-restored-20261121");
  });
  it("counts on where that name is taken too", () => {
    expect(restoredTagName("v1", DAY, 3)).toBe("v1-restored-20261121-3");
  });
  it("stays within what a registry takes", () => {
    const name = restoredTagName("x".repeat(128), DAY, 12);
    expect(name).toHaveLength(128);
    expect(name.endsWith("x-restored-20261121-12")).toBe(true);
  });
});
