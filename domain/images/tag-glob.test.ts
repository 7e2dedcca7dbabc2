import fc from "fast-check";
import { expect, test } from "vitest";
import { tagGlobProblem, tagGlobRegex } from "./tag-glob";

const finds = (glob: string, ...tags: string[]) => new RegExp(tagGlobRegex(glob)).test(`\n${tags.join("\n")}\n`);

test("a glob matches a whole tag, wherever it stands among the tags of an image", () => {
  expect(finds("v1.*", "latest", "v1.2", "v2")).toBe(true);
  expect(finds("v1.*", "latest", "xv1.2", "v2")).toBe(false);
  expect(finds("*-rc", "v1-rc", "v2")).toBe(true);
  expect(finds("*-rc", "v1-rc2")).toBe(false);
  expect(finds("latest", "latest-amd64")).toBe(false);
});

test("a glob stays inside one tag", () => {
  expect(finds("v1*rc", "v1.0", "x-rc")).toBe(false);
  expect(finds("v1?x", "v1", "x")).toBe(false);
});

test("braces are alternatives; what has no partner, and every sign of a regular expression, stands for itself", () => {
  expect(finds("{main,dev}-*", "dev-7")).toBe(true);
  expect(finds("{main,dev}-*", "feature-7")).toBe(false);
  expect(finds("a{b", "a{b")).toBe(true);
  expect(finds("a}b", "a}b")).toBe(true);
  expect(finds("a.c", "abc")).toBe(false);
  expect(finds("a+", "aa")).toBe(false);
});

test("a brace that stands for itself is said, as it looks meant otherwise", () => {
  expect(["v1.*", "{main,dev}-*", "{a}{b}", ""].map(tagGlobProblem)).toEqual([null, null, null, null]);
  expect(["{main", "a}b", "{a,{b,c}}"].map(tagGlobProblem)).toEqual([
    "A { is not closed",
    "A } has no { before it",
    "Braces cannot stand in braces",
  ]);
});

test("a tag is found by itself, whatever stands in it, and any glob is a sound expression", () => {
  const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,30}$/);
  fc.assert(fc.property(tag, fc.array(tag), (name, others) => finds(name, ...others, name)));
  fc.assert(fc.property(fc.string(), (glob) => typeof finds(glob, "v1") === "boolean"));
});
