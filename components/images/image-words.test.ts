import { describe, expect, test } from "vitest";
import { brokenText, kindText, pinText, platformChips, referrersText, sharedText, tagsThatFit } from "./image-words";

describe("N-02 referrers in words", () => {
  test.each([
    [{ artifactType: null, tag: "sha256-ab.sig" }, "signature"],
    [{ artifactType: "application/vnd.dev.cosign.artifact.sig.v1+json", tag: null }, "signature"],
    [{ artifactType: "application/spdx+json", tag: null }, "SBOM"],
    [{ artifactType: "application/vnd.cyclonedx+json", tag: null }, "SBOM"],
    [{ artifactType: "application/vnd.in-toto+json", tag: null }, "attestation"],
    [{ artifactType: "application/x.something", tag: null }, "referrer"],
    [{ artifactType: null, tag: null }, "referrer"],
  ])("%j is a %s", (referrer, label) => {
    expect(referrersText([referrer])).toBe(label);
  });

  test("the same kind is counted", () => {
    const signature = { artifactType: null, tag: "sha256-ab.sig" };
    expect(referrersText([signature, signature, { artifactType: "application/spdx+json", tag: null }])).toBe(
      "2 signatures, SBOM",
    );
    expect(referrersText([])).toBe("");
  });
});

describe("platforms in words", () => {
  const platforms = (...names: string[]) => names.map((platform) => ({ platform }));

  test("N-01 an index shows its platforms shortly, without what builders hang into it", () => {
    expect(platformChips(platforms("linux/amd64", "linux/arm64", "unknown/unknown"), 3)).toEqual({
      shown: ["amd64", "arm64"],
      hidden: 0,
      all: ["linux/amd64", "linux/arm64"],
    });
    const many = platformChips(platforms("linux/amd64", "linux/arm64", "windows/amd64", "linux/s390x"), 3);
    expect([many.shown, many.hidden]).toEqual([["amd64", "arm64"], 2]);
  });

  test("what is no image says its type", () => {
    expect(kindText({ kind: "image", artifactType: null })).toBeNull();
    expect(kindText({ kind: "index", artifactType: null })).toBe("multi-platform");
    expect(kindText({ kind: "unknown", artifactType: "application/x.thing" })).toBe("application/x.thing");
    expect(kindText({ kind: "unknown", artifactType: null })).toBe("unknown type");
  });
});

test("N-01 a broken image says what is wrong and which digests are missing", () => {
  expect(brokenText({ health: "whole", missing: [] })).toBeNull();
  const missing = Array.from({ length: 7 }, (_, at) => `sha256:${at}`);
  expect(brokenText({ health: "partial", missing })).toMatchObject({ mark: "7 missing", tone: "warning" });
  expect(brokenText({ health: "ghost", missing })?.text).toContain("sha256:4\nand 2 more");
  expect(brokenText({ health: "unreadable", missing: [] })?.mark).toBe("unreadable");
});

test("N-13 a pin says who, why and until when", () => {
  const pin = { id: "pin_1", reason: "in production", ownerName: "Ada", expiresAt: null };
  expect(pinText(pin)).toBe("Pinned by Ada until somebody removes the pin: in production");
  expect(pinText({ ...pin, reason: "", ownerName: "" })).toBe(
    "Pinned by the owner of the space until somebody removes the pin",
  );
  expect(pinText({ ...pin, expiresAt: "2027-01-02T03:04:00.000Z" })).toContain("until 2 Jan 2027, 03:04 UTC");
});

test("D-02 as many tags are shown as fit, at least one", () => {
  expect(tagsThatFit(["1.0", "1", "latest"], 30)).toEqual({ shown: ["1.0", "1", "latest"], hidden: 0 });
  expect(tagsThatFit(["1.0", "1", "latest"], 14)).toEqual({ shown: ["1.0", "1"], hidden: 1 });
  expect(tagsThatFit(["a-very-long-tag-that-goes-on-and-on"], 5).shown).toHaveLength(1);
  expect(tagsThatFit([], 5)).toEqual({ shown: [], hidden: 0 });
});

test("N-05 the shared part is said in bytes, and when there is none", () => {
  expect(sharedText({ logicalBytes: 3 * 1024 ** 2, uniqueBytes: 1024 ** 2 })).toBe(
    "2.00 MiB of it is shared with other images of the registry; only 1.00 MiB is its own.",
  );
  expect(sharedText({ logicalBytes: 5, uniqueBytes: 5 })).toContain("Nothing of it is shared");
});
