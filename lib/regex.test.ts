import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
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

test("K-04 what the engine itself is asked is answered as RE2 does: plain expressions, anchored or not, with and without groups", () => {
  const atom = fc
    .tuple(
      fc.constantFrom("v", "a", "1", "-", "_", "/", "\\.", "\\d", "\\+", "\\-", "[34]", "[a.]", "rc"),
      fc.constantFrom("", "", "", "+", "*"),
    )
    .map(([one, repetition]) => one + repetition);
  const run = fc.array(atom, { minLength: 1, maxLength: 3 }).map((atoms) => atoms.join(""));
  const group = fc.array(run, { minLength: 1, maxLength: 3 }).map((options) => `(${options.join("|")})`);
  const source = fc
    .tuple(
      fc.constantFrom("", "^"),
      fc.array(fc.oneof(run, group), { minLength: 1, maxLength: 3 }),
      fc.constantFrom("", "$"),
    )
    .map(([start, parts, end]) => start + parts.join("") + end);
  const text = fc.array(fc.constantFrom("v", "a", "1", "3", ".", "-", "_", "/", "rc", "+", "é", "😀", "\n"), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(source, text, (pattern, parts) => {
      const name = parts.join("");
      const [plain, re2] = [compileRegex(pattern), compileRegex(`${pattern}(?:)`)];
      expect([plain.test(name), plain.capture(name)]).toEqual([re2.test(name), re2.capture(name)]);
    }),
    { numRuns: 3_000 },
  );
});

test("K-04 no plain expression stalls over a long text", () => {
  const startedAt = performance.now();
  for (const pattern of ["a+b", "(a*)b$", "a+[34]", "^(a+)b"])
    expect(compileRegex(pattern).test("a".repeat(3_000))).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
