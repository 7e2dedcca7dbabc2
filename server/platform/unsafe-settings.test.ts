import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { unsafeSettings } from "./unsafe-settings";

const random = () => ({
  RECLAIM_SESSION_SECRET: randomBytes(32).toString("base64url"),
  RECLAIM_EVENTS_SECRET: randomBytes(24).toString("hex"),
  RECLAIM_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
});

describe("unsafeSettings", () => {
  it("finds nothing wrong with what is random", () => {
    for (let i = 0; i < 200; i++) expect(unsafeSettings(random())).toEqual([]);
  });

  it.each([
    "changeme-changeme-changeme",
    "please-replace-this-secret",
    "your-secret-here-your-secret",
    "brief",
    "abababababababababababab",
    "",
  ])("refuses %s as a secret, and does not repeat it", (secret) => {
    const [problem, ...others] = unsafeSettings({ ...random(), RECLAIM_SESSION_SECRET: secret });
    expect(others).toEqual([]);
    expect(problem).toMatch(/^RECLAIM_SESSION_SECRET is /);
    if (secret !== "") expect(problem).not.toContain(secret);
  });

  it.each([
    ["of one byte", Buffer.alloc(32, 7).toString("base64")],
    ["of zeros", Buffer.alloc(32).toString("base64")],
    ["of counted bytes, too few", Buffer.from(Array.from({ length: 32 }, (_, i) => i % 16)).toString("base64")],
    ["of text", Buffer.from("abcdefghijklmnopqrstuvwxyz012345").toString("base64")],
    ["of the wrong length", randomBytes(16).toString("base64")],
  ])("refuses a key %s", (_, key) => {
    expect(unsafeSettings({ ...random(), RECLAIM_ENCRYPTION_KEY: key })).toEqual([
      expect.stringMatching(/^RECLAIM_ENCRYPTION_KEY is /),
    ]);
  });

  it("names all that is wrong at once", () => {
    const wrong = {
      RECLAIM_SESSION_SECRET: "changeme",
      RECLAIM_EVENTS_SECRET: "changeme",
      RECLAIM_ENCRYPTION_KEY: "x",
    };
    expect(unsafeSettings(wrong)).toHaveLength(3);
  });
});
