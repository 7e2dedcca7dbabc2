import { expect, it } from "vitest";
import { refusalWords } from "./refusal-words";

it("says why, in its own words only", () => {
  expect(refusalWords(undefined)).toBeNull();
  expect(refusalWords(["a", "b"])).toBeNull();
  expect(refusalWords("sso-unknown")).toContain("no open invitation");
  for (const other of ["OAuthCallback", "<b>hello</b>", "toString", "__proto__", ""])
    expect(refusalWords(other)).toMatch(/^Signing in elsewhere did not work/);
});
