import { describe, expect, test } from "vitest";
import { PERMISSIONS, type Permission, roleCan } from "@/domain/access/permissions";
import { nextSteps } from "./next-steps";

const permissionsOf = (role: string) =>
  (Object.keys(PERMISSIONS) as Permission[]).filter((each) => roleCan(role, each));

const space = (over: Partial<Parameters<typeof nextSteps>[1][number]>) => ({
  id: "spc_1",
  name: "web",
  imageCount: 10,
  ruleCount: 1,
  binEntryCount: 0,
  ...over,
});
const hrefsFor = (role: string, ...spaces: ReturnType<typeof space>[]) =>
  nextSteps("/w/acme", spaces, permissionsOf(role)).map((step) => step.href);
const hrefs = (...spaces: ReturnType<typeof space>[]) => hrefsFor("admin", ...spaces);

describe("where to go next", () => {
  test("without a space there is only one thing to do", () => {
    expect(hrefs()).toEqual(["/w/acme/spaces"]);
  });

  test("an empty space asks for a push, not for a rule", () => {
    expect(hrefs(space({ imageCount: 0, ruleCount: 0 }))).toEqual(["/w/acme/spaces/spc_1/images"]);
  });

  test("images without a rule ask for one", () => {
    expect(hrefs(space({ ruleCount: 0 }))).toEqual(["/w/acme/spaces/spc_1/reclaim"]);
  });

  test("a space whose images are all in the bin is not called empty", () => {
    expect(hrefs(space({ imageCount: 0, binEntryCount: 4 }))).toEqual([
      "/w/acme/spaces/spc_1/recycle-bin",
      "/w/acme/spaces/spc_1/gc",
    ]);
  });

  test("the fullest bin is the one to look through", () => {
    const [first] = hrefs(space({ binEntryCount: 1 }), space({ id: "spc_2", binEntryCount: 9 }));
    expect(first).toBe("/w/acme/spaces/spc_2/recycle-bin");
  });

  test("never more than three", () => {
    const many = ["a", "b", "c", "d"].map((id) => space({ id, ruleCount: 0, binEntryCount: 2 }));
    expect(hrefs(...many)).toHaveLength(3);
  });

  test("nobody is sent where their role can do nothing", () => {
    expect(hrefsFor("viewer")).toEqual([]);
    expect(hrefsFor("viewer", space({ imageCount: 0 }), space({ ruleCount: 0 }))).toEqual([]);
    expect(hrefsFor("viewer", space({ binEntryCount: 3 }))).toEqual(["/w/acme/spaces/spc_1/recycle-bin"]);
    expect(hrefsFor("editor", space({ imageCount: 0 }))).toEqual(["/w/acme/spaces/spc_1/images"]);
  });

  test("nothing is asked of a workspace where all is in order", () => {
    expect(hrefs(space({}))).toEqual([]);
  });
});
