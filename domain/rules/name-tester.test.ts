import { describe, expect, test } from "vitest";
import { compileNameTester } from "./name-tester";
import type { Pattern } from "./pattern";

const written = (kind: Pattern["kind"], value: string, at = 0, list = "include") => ({
  path: `select.tags.${list}[${at}]`,
  pattern: { kind, value },
  isWrong: false,
});
const only = (kind: Pattern["kind"], value: string) =>
  compileNameTester({ include: [written(kind, value)], exclude: [] });

describe("N-09 a selector, tried on names", () => {
  test("takes any of include and none of exclude, and counts what each pattern finds", () => {
    const tester = compileNameTester({
      include: [written("glob", "v*"), written("regex", "^pr-\\d+$", 1)],
      exclude: [written("glob", "*-rc", 0, "exclude")],
    });
    const names = ["v1", "v1", "v2-rc", "pr-12", "main"];
    for (const name of names) tester.count(name);
    expect(names.filter(tester.test)).toEqual(["v1", "v1", "pr-12"]);
    expect(tester.counts()).toEqual([
      { path: "select.tags.include[0]", count: 3 },
      { path: "select.tags.include[1]", count: 1 },
      { path: "select.tags.exclude[0]", count: 1 },
    ]);
  });

  test.each<[Pattern["kind"], string, string, string[]]>([
    ["glob", "pr-*-web", "pr-12-web", ["pr-", "-web"]],
    ["glob", "*", "anything", []],
    ["regex", "\\d+", "pr-12-web", ["12"]],
    ["semver", ">=1", "v1.2.3", ["v1.2.3"]],
  ])("marks what %s %s finds in %s", (kind, value, name, parts) => {
    const { path, spans } = only(kind, value).mark(name);
    expect(path).toBe("select.tags.include[0]");
    expect(spans.map(([start, end]) => name.slice(start, end))).toEqual(parts);
  });

  test.each<[Pattern["kind"], string, string, string]>([
    ["glob", "release-*", "Release-1", "letter_case"],
    ["regex", "^release", "RELEASE-1", "letter_case"],
    ["glob", "v1", "v1.2.3", "whole_name"],
    ["glob", "web/*", "web/a/b", "whole_name"],
    ["regex", "^v1$", "rc-v1", "whole_name"],
    ["semver", ">=1 <2", "1.5.0-rc.1", "pre_release"],
  ])("C2.7 tells why %s %s does not take %s: %s", (kind, value, name, code) => {
    const tester = only(kind, value);
    expect(tester.test(name)).toBe(false);
    expect(tester.missOf(name)).toMatchObject({ code, path: "select.tags.include[0]" });
  });

  test("names what it found of a name, and who excludes it", () => {
    expect(only("glob", "web/*").missOf("web/a/b")?.why).toBe(
      "`web/*` finds only `web/a` of it, and a glob takes whole names",
    );
    expect(only("regex", "^v1$").missOf("rc-v1")?.why).toBe("`/^v1$/` is anchored, and finds `v1` only inside it");
    const tester = compileNameTester({ include: [], exclude: [written("glob", "latest", 0, "exclude")] });
    expect(tester.missOf("latest")).toEqual({
      code: "excluded",
      why: "excluded by `latest`",
      path: "select.tags.exclude[0]",
    });
    expect(tester.missOf("main")).toBeNull();
  });

  test.each<[Pattern["kind"], string, string]>([
    ["glob", "pr-*", "main"],
    ["regex", "v1\\$", "v1"],
    ["semver", ">=1", "latest"],
    ["semver", ">=3", "1.0.0-rc.1"],
  ])("says nothing where nothing is close: %s %s and %s", (kind, value, name) => {
    expect(only(kind, value).missOf(name)).toBeNull();
  });

  test("a wrong pattern finds nothing, rather than everything", () => {
    const wrong = { ...written("regex", "("), isWrong: true };
    const tester = compileNameTester({ include: [wrong], exclude: [wrong] });
    expect(tester.test("v1")).toBe(false);
    expect(tester.missOf("v1")).toBeNull();
  });
});
