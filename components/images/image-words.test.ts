import { describe, expect, test } from "vitest";
import { platformsText, referrersText, sharedText } from "./image-words";

describe("referrers in words", () => {
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
  const platform = (name: string) => ({ platform: name, digest: "sha256:1", isMissing: false });

  test("an index says how many it has, an image which one it is", () => {
    const index = {
      kind: "index" as const,
      artifactType: null,
      platforms: [platform("linux/amd64"), platform("linux/arm64")],
    };
    expect(platformsText(index)).toBe("index, 2 platforms");
    expect(platformsText({ ...index, kind: "image", platforms: [platform("linux/amd64")] })).toBe("linux/amd64");
  });

  test("what is no image says its type", () => {
    expect(platformsText({ kind: "unknown", artifactType: "application/x.chart", platforms: [] })).toBe(
      "application/x.chart",
    );
    expect(platformsText({ kind: "unknown", artifactType: null, platforms: [] })).toBe("unknown type");
  });
});

test("the shared part is said in bytes, and when there is none", () => {
  expect(sharedText({ logicalBytes: 3 * 1024 ** 2, uniqueBytes: 1024 ** 2 })).toBe(
    "2.00 MiB of it is shared with other images of the registry; only 1.00 MiB is its own.",
  );
  expect(sharedText({ logicalBytes: 5, uniqueBytes: 5 })).toContain("Nothing of it is shared");
});
