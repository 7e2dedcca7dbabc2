import { expect, test } from "vitest";
import { roleCan } from "./permissions";

test("R-01 R-09 taking an image away has two steps: who may push may recycle and restore, only an admin may purge", () => {
  for (const permission of ["images.recycle", "bin.restore"]) {
    expect(roleCan("admin", permission)).toBe(true);
    expect(roleCan("editor", permission)).toBe(true);
    expect(roleCan("viewer", permission)).toBe(false);
  }
  expect(["admin", "editor", "viewer"].filter((role) => roleCan(role, "bin.purge"))).toEqual(["admin"]);
  expect(["admin", "editor", "viewer"].filter((role) => roleCan(role, "bin.read"))).toHaveLength(3);
});

test("R-09 an unknown role or permission has nothing", () => {
  expect(roleCan("owner", "bin.read")).toBe(false);
  expect(roleCan("admin", "bin.everything")).toBe(false);
  expect(roleCan("admin", "toString")).toBe(false);
});
