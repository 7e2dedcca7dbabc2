import { describe, expect, it } from "vitest";
import { compareVersions, compileSemverRange, parseTagVersion, semverRangeProblem } from "@/lib/semver-range";

describe("parseTagVersion", () => {
  it.each([
    ["v1.2.3", "1.2.3"],
    ["1.2", "1.2.0"],
    ["v2", "2.0.0"],
    ["1.2.3-rc.1", "1.2.3-rc.1"],
    ["2024.01.05", "2024.1.5"],
    ["1.2.3_build.5", "1.2.3"],
    ["1.2-alpine", "1.2.0-alpine"],
  ])("reads %s as %s", (tag, version) => {
    expect(parseTagVersion(tag)?.version).toBe(version);
  });

  it.each(["latest", "1234567", "20240105", "pr-12", "v", "1.2.3.4", "sha-1a2b3c", `v${"9".repeat(20)}.0`])(
    "does not take %s for a version",
    (tag) => {
      expect(parseTagVersion(tag)).toBeNull();
    },
  );

  it("orders pre-releases below their release and numbers by value", () => {
    const sorted = ["1.10.0", "1.9.0", "1.10.0-rc.1", "v2"]
      .map((tag) => parseTagVersion(tag))
      .filter((version) => version !== null)
      .sort(compareVersions)
      .map((version) => version.version);
    expect(sorted).toEqual(["1.9.0", "1.10.0-rc.1", "1.10.0", "2.0.0"]);
  });
});

describe("compileSemverRange", () => {
  it("matches releases in the range and no pre-release unless the range names one", () => {
    const range = compileSemverRange(">=1.2 <2");
    expect(range.test("v1.2.0")).toBe(true);
    expect(range.test("1.9")).toBe(true);
    expect(range.test("2.0.0")).toBe(false);
    expect(range.test("1.5.0-rc.1")).toBe(false);
    expect(range.test("latest")).toBe(false);
    expect(compileSemverRange(">=1.5.0-rc.0").test("1.5.0-rc.1")).toBe(true);
  });

  it("knows which pre-releases it leaves out for being that", () => {
    const range = compileSemverRange(">=1.2 <2");
    expect(range.isLeftOutPrerelease("1.5.0-rc.1")).toBe(true);
    for (const tag of ["1.5.0", "1.0.0-rc.1", "3.0.0-rc.1", "latest"])
      expect(range.isLeftOutPrerelease(tag)).toBe(false);
    expect(compileSemverRange(">=1.5.0-rc.0").isLeftOutPrerelease("1.5.0-rc.1")).toBe(false);
  });

  it("refuses what is no range, with a reason", () => {
    expect(semverRangeProblem("")).toMatch(/\*/);
    expect(semverRangeProblem("newest")).toMatch(/not a version range/);
    expect(() => compileSemverRange("newest")).toThrow(/not a version range/);
  });
});
