import fc from "fast-check";
import { expect, test } from "vitest";
import { prefixProblem } from "./prefix";

test("prefixes overlap on whole path components only", () => {
  expect(prefixProblem("acme", ["acme-labs", "beta"])).toBeNull();
  expect(prefixProblem("acme", ["acme"])).toEqual({ kind: "overlaps", with: "acme" });
  expect(prefixProblem("acme/web", ["acme"])).toEqual({ kind: "overlaps", with: "acme" });
  expect(prefixProblem("acme", ["beta", "acme/web"])).toEqual({ kind: "overlaps", with: "acme/web" });
});

test("the recycle bin's namespace is reserved", () => {
  for (const prefix of ["recyclebin", "recyclebin/x"]) expect(prefixProblem(prefix, [])).toEqual({ kind: "reserved" });
  expect(prefixProblem("recyclebinary", [])).toBeNull();
});

test("overlap is symmetric", () => {
  const part = fc.constantFrom("a", "b", "ab");
  const prefix = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(prefix, prefix, (a, b) => {
      expect(prefixProblem(a, [b]) === null).toBe(prefixProblem(b, [a]) === null);
    }),
  );
});
