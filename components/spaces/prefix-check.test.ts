import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSpaceBodySchema } from "@/contracts/spaces";
import { checkPrefix, prefixFromName } from "./prefix-check";

describe("a prefix while it is typed", () => {
  test.each([
    ["acme", "free"],
    [" acme/web ", "free"],
    ["acme-labs", "free"],
    ["", "empty"],
    ["   ", "empty"],
    ["Acme", "wrong"],
    ["acme/", "wrong"],
    ["acme//web", "wrong"],
    ["-acme", "wrong"],
    ["recyclebin", "wrong"],
    ["recyclebin/x", "wrong"],
    ["taken", "wrong"],
    ["taken/inner", "wrong"],
    ["ta", "free"],
  ])("%j is %s", (prefix, state) => {
    expect(checkPrefix(prefix, ["taken", "other/deep"]).state).toBe(state);
  });

  test("says whom it overlaps with", () => {
    expect(checkPrefix("other", ["other/deep"]).message).toContain("other/deep");
    expect(checkPrefix("taken", ["taken"]).message).toBe("taken is a registry space of this workspace already.");
  });
});

describe("a prefix made of a name", () => {
  test("keeps letters and digits of any script that has Latin ones", () => {
    expect(prefixFromName("Web Shop (EU)")).toBe("web-shop-eu");
    expect(prefixFromName("Café № 7")).toBe("cafe-no-7");
    expect(prefixFromName("日本")).toBe("");
  });

  test("is a prefix or nothing", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (name) => {
        const prefix = prefixFromName(name);
        expect(prefix === "" || createSpaceBodySchema.shape.prefix.safeParse(prefix.slice(0, 150)).success).toBe(true);
      }),
    );
  });
});
