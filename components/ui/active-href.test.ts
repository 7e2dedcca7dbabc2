import { describe, expect, it } from "vitest";
import { activeHref } from "./active-href";

describe("activeHref", () => {
  const hrefs = ["/w/acme", "/w/acme/spaces", "/w/acme/members"];

  it("prefers the longest link that holds the path", () => {
    expect(activeHref("/w/acme", hrefs)).toBe("/w/acme");
    expect(activeHref("/w/acme/spaces/sp_1/images", hrefs)).toBe("/w/acme/spaces");
  });

  it("matches whole segments only", () => {
    expect(activeHref("/w/acme/spaces-old", hrefs)).toBe("/w/acme");
    expect(activeHref("/w/acmecorp", hrefs)).toBeUndefined();
  });

  it("looks at the path of a link, not at its query", () => {
    expect(activeHref("/w/acme/members", ["/w/acme/members?role=admin"])).toBe("/w/acme/members?role=admin");
  });
});
