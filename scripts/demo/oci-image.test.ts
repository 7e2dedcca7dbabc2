import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parseManifest } from "@/domain/images/parse-manifest";
import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { buildImage, buildIndex, buildLayer, buildSbom, buildSignature, digestOf, signatureTag } from "./oci-image";

const createdAt = new Date(Date.UTC(2026, 0, 1));
const files = [
  { path: "usr/bin/tool", sizeBytes: 400_000 },
  { path: "etc/tool.conf", sizeBytes: 10 },
];

function parsed(body: Buffer) {
  const result = parseManifest(body);
  if (!result.ok) throw new Error(result.reason);
  return result.manifest;
}

describe("the image builder", () => {
  it("makes the same layer for the same seed and another for another", async () => {
    const [one, again, other] = await Promise.all(["a", "a", "b"].map((seed) => buildLayer(seed, files)));
    expect(again?.digest).toBe(one?.digest);
    expect(other?.digest).not.toBe(one?.digest);
  });

  it("makes layers that are what they say: gzip of a tar with this diff id, smaller than what is in it", async () => {
    const layer = await buildLayer("a", files);
    const archive = gunzipSync(layer.content);
    expect(digestOf(layer.content)).toBe(layer.digest);
    expect(digestOf(archive)).toBe(layer.diffId);
    expect(archive.subarray(257, 262).toString()).toBe("ustar");
    expect(archive.length).toBe(layer.uncompressedBytes);
    expect(layer.size).toBeLessThan(archive.length / 6);
    expect(layer.size).toBeGreaterThan(archive.length / 20);
  });

  it("binds manifests, children, signatures and SBOMs by digest", async () => {
    const layer = await buildLayer("a", files);
    const image = buildImage({ layers: [layer], createdAt });
    const index = buildIndex({ children: [{ image, platform: { os: "linux", architecture: "amd64" } }] });
    const sbom = buildSbom({ subject: index, packages: ["zod"] });
    const signature = buildSignature({ repository: "acme/api", signed: index, createdAt });
    expect(digestOf(index.body)).toBe(index.digest);
    expect(parsed(image.body)).toMatchObject({
      kind: "image",
      layers: [{ digest: layer.digest, sizeBytes: layer.size }],
    });
    expect(parsed(index.body).children.map((child) => child.digest)).toEqual([image.digest]);
    expect(parsed(sbom.body).subject?.digest).toBe(index.digest);
    expect(subjectOfFallbackTag(signatureTag(index.digest))).toBe(index.digest);
    expect(signature.blobs.some((blob) => blob.content.toString().includes(index.digest))).toBe(true);
  });
});
