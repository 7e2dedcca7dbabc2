import { describe, expect, it } from "vitest";
import { compileRegex, escapeRegex, regexProblem } from "@/lib/regex";

describe("compileRegex", () => {
  it("finds the expression anywhere unless it is anchored", () => {
    expect(compileRegex("v1").test("xv1x")).toBe(true);
    expect(compileRegex("^v1$").test("xv1x")).toBe(false);
    expect(compileRegex("^v1$").test("v1")).toBe(true);
  });

  it("captures the first group, else the whole match, else null", () => {
    expect(compileRegex("^(env\\d+)-").capture("env12-7f3")).toBe("env12");
    expect(compileRegex("^env\\d+").capture("env12-7f3")).toBe("env12");
    expect(compileRegex("^(env\\d+)-").capture("prod-1")).toBeNull();
  });

  it("tells where it found what, in UTF-16 units", () => {
    expect(compileRegex("(v)(\\d+)(x)?").find("😀v12-")).toEqual({
      match: [2, 5],
      groups: [
        [2, 3],
        [3, 5],
      ],
    });
    expect(compileRegex("^v").find("xv")).toBeNull();
  });

  it("refuses what RE2 cannot do, with a reason", () => {
    expect(regexProblem("a(?=b)")).toMatch(/look-around/);
    expect(regexProblem("(")).toMatch(/RE2/);
    expect(regexProblem("")).toMatch(/empty/);
    expect(regexProblem("a".repeat(513))).toMatch(/longer/);
    expect(() => compileRegex("(")).toThrow(/RE2/);
    expect(regexProblem("^pr-[0-9]+$")).toBeNull();
  });

  it("is linear on expressions that stall back-tracking engines", () => {
    expect(compileRegex("^(a+)+$").test(`${"a".repeat(5000)}b`)).toBe(false);
  });

  it("escapes every special character", () => {
    const text = "a.b*c+(d)[e]{f}|g^h$i\\j/k-l?";
    expect(compileRegex(`^${escapeRegex(text)}$`).test(text)).toBe(true);
    expect(compileRegex(`^${escapeRegex("a.b")}$`).test("axb")).toBe(false);
  });
});
