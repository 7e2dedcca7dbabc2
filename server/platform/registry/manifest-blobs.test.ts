import { describe, expect, it } from "vitest";
import { MEDIA_TYPES } from "@/domain/images/parse-manifest";
import { sha256Digest } from "./distribution-client";
import { blobsOfManifests } from "./manifest-blobs";
import { createPlaceholderManifest, isPlaceholderManifest } from "./placeholder-manifest";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

function manifest(content: unknown, mediaType: string = MEDIA_TYPES.ociManifest) {
  const body = Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
  return { digest: sha256Digest(body), mediaType, body };
}

describe("blobsOfManifests", () => {
  it("names config and layers of all manifests once, and no manifest", () => {
    const one = manifest({ config: { digest: digest("a"), size: 1 }, layers: [{ digest: digest("b"), size: 2 }] });
    const two = manifest({ config: { digest: digest("c"), size: 3 }, layers: [{ digest: digest("b"), size: 2 }] });
    const index = manifest({ manifests: [{ digest: one.digest }, { digest: two.digest }] }, MEDIA_TYPES.ociIndex);
    expect(blobsOfManifests([one, two, index])).toEqual([
      { digest: digest("a"), sizeBytes: 1, isOptional: false },
      { digest: digest("b"), sizeBytes: 2, isOptional: false },
      { digest: digest("c"), sizeBytes: 3, isOptional: false },
    ]);
  });

  it("can do without a foreign layer, unless another manifest has it as its own", () => {
    const foreign = { digest: digest("b"), size: 2, urls: ["https://example.org/layer"] };
    const windows = manifest({ config: { digest: digest("a"), size: 1 }, layers: [foreign] });
    const own = manifest({ config: { digest: digest("a"), size: 1 }, layers: [{ digest: digest("b"), size: 2 }] });
    const optional = (blobs: ReturnType<typeof blobsOfManifests>) =>
      blobs.filter((b) => b.isOptional).map((b) => b.digest);
    expect(optional(blobsOfManifests([windows]))).toEqual([digest("b")]);
    expect(optional(blobsOfManifests([windows, own]))).toEqual([]);
    expect(optional(blobsOfManifests([own, windows]))).toEqual([]);
  });

  it("moves nothing that it does not understand", () => {
    expect(() => blobsOfManifests([manifest("{")])).toThrow("not valid JSON");
    expect(() => blobsOfManifests([manifest({ parts: [] }, "application/vnd.example+json")])).toThrow("unknown kind");
  });
});

describe("placeholder manifests", () => {
  it("are all different, and known as what they are", () => {
    const [one, other] = [createPlaceholderManifest(), createPlaceholderManifest()];
    expect(one.digest).not.toBe(other.digest);
    expect(sha256Digest(one.body)).toBe(one.digest);
    expect(isPlaceholderManifest(one.body)).toBe(true);
    for (const body of ["", "{", "null", "{}", '{"artifactType":"application/spdx+json"}']) {
      expect(isPlaceholderManifest(Buffer.from(body))).toBe(false);
    }
  });
});
