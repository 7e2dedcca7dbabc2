import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { returnPath, signInHref } from "./return-path";

describe("where sign-in leads back to", () => {
  test("a path of this console is kept, with its query and fragment", () => {
    expect(returnPath("/w/acme/spaces/spc_1/images?q=web&sort=size#top")).toBe(
      "/w/acme/spaces/spc_1/images?q=web&sort=size#top",
    );
  });

  test.each([
    ["another host", "https://evil.example/"],
    ["a host without a scheme", "//evil.example/w"],
    ["a host behind backslashes", "/\\evil.example"],
    ["a host behind a tab, which browsers drop", "/\t/evil.example"],
    ["a host behind a dot segment, which browsers resolve", "/.//evil.example"],
    ["a script", "javascript:alert(1)"],
    ["the sign-in page", "/sign-in?callbackUrl=%2Fsign-in"],
    ["the API", "/api/auth/signout"],
    ["nothing", ""],
    ["no value", null],
  ])("%s leads to the start", (_, wanted) => {
    expect(returnPath(wanted)).toBe("/");
  });

  test("whatever is asked for, the browser stays on this console", () => {
    const pieces = fc.array(
      fc.constantFrom("/", "\\", ".", "..", "\t", "\n", "@", ":", "evil.example", "w", "?", "#", "%2f", " "),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const href = new URL(returnPath(parts.join("")), "https://console.example/sign-in");
        expect(href.origin).toBe("https://console.example");
      }),
    );
  });

  test("the sign-in page is told the way back only when there is one", () => {
    expect(signInHref("/w/acme?x=1&y=2")).toBe("/sign-in?callbackUrl=%2Fw%2Facme%3Fx%3D1%26y%3D2");
    expect(signInHref("/")).toBe("/sign-in");
  });
});
