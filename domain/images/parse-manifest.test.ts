import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDigest, parseDigest } from "./digest";
import { MEDIA_TYPES, type ParsedManifest, parseManifest, parseManifestLinks } from "./parse-manifest";
import { subjectOfFallbackTag } from "./referrer-tag";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const encode = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

function parsed(value: unknown, mediaType?: string): ParsedManifest {
  const result = parseManifest(encode(value), mediaType);
  if (!result.ok) throw new Error(result.reason);
  return result.manifest;
}

describe("parseManifest", () => {
  it("reads an OCI manifest without mediaType by its shape, with subject and artifact type", () => {
    const manifest = parsed({
      schemaVersion: 2,
      artifactType: "application/spdx+json",
      config: { mediaType: "application/vnd.oci.empty.v1+json", digest: digest("a"), size: 2 },
      layers: [{ mediaType: "application/spdx+json", digest: digest("b"), size: 10 }],
      subject: { mediaType: MEDIA_TYPES.ociManifest, digest: digest("c"), size: 5 },
      annotations: { "org.opencontainers.image.base.digest": digest("d"), bad: 1 },
    });
    expect(manifest).toMatchObject({
      mediaType: MEDIA_TYPES.ociManifest,
      kind: "image",
      artifactType: "application/spdx+json",
    });
    expect(manifest.config).toEqual({
      mediaType: "application/vnd.oci.empty.v1+json",
      digest: digest("a"),
      sizeBytes: 2,
      isForeign: false,
    });
    expect(manifest.subject?.digest).toBe(digest("c"));
    expect(manifest.annotations).toEqual({ "org.opencontainers.image.base.digest": digest("d") });
    expect(manifest.referencedDigests).toEqual([digest("a"), digest("b"), digest("c"), digest("d")]);
  });

  it("marks layers that live elsewhere", () => {
    const layers = [
      { digest: digest("a"), urls: ["https://example.com/layer"] },
      { digest: digest("b"), urls: [] },
    ];
    expect(parsed({ config: {}, layers }).layers.map((layer) => layer.isForeign)).toEqual([true, false]);
  });

  it("reads Docker v2 and takes the caller's type only where the body says none", () => {
    const body = { mediaType: MEDIA_TYPES.dockerManifest, config: { digest: digest("a"), size: 1 }, layers: [] };
    expect(parsed(body, MEDIA_TYPES.ociManifest).mediaType).toBe(MEDIA_TYPES.dockerManifest);
    expect(parsed({ manifests: [] }, MEDIA_TYPES.dockerList)).toMatchObject({
      mediaType: MEDIA_TYPES.dockerList,
      kind: "index",
    });
  });

  it("reads an index with platforms, and children without one", () => {
    const manifest = parsed({
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: [
        {
          mediaType: MEDIA_TYPES.ociManifest,
          digest: digest("a"),
          size: 7,
          platform: { os: "linux", architecture: "arm", variant: "v7" },
        },
        { mediaType: MEDIA_TYPES.ociManifest, digest: digest("b"), size: 8 },
        { digest: "not a digest" },
      ],
    });
    expect(manifest.kind).toBe("index");
    expect(manifest.children.map((child) => child.platform)).toEqual([
      { os: "linux", architecture: "arm", variant: "v7" },
      null,
    ]);
  });

  it("keeps both sets of a body that is index and image at once", () => {
    const manifest = parsed({
      config: { digest: digest("a") },
      layers: [{ digest: digest("b") }],
      manifests: [{ digest: digest("c") }],
    });
    expect(manifest.layers).toHaveLength(1);
    expect(manifest.children).toHaveLength(1);
    expect(manifest.config?.sizeBytes).toBeNull();
  });

  it("reads schema 1", () => {
    const manifest = parsed({ schemaVersion: 1, fsLayers: [{ blobSum: digest("a") }, { blobSum: digest("a") }] });
    expect(manifest.kind).toBe("image");
    expect(manifest.layers).toHaveLength(2);
    expect(manifest.referencedDigests).toEqual([digest("a")]);
  });

  it("treats an unknown media type as a manifest: every digest, and manifest descriptors as children", () => {
    const manifest = parsed({
      mediaType: "application/vnd.example.bundle.v1+json",
      parts: [
        { mediaType: MEDIA_TYPES.ociManifest, digest: digest("a"), size: 3 },
        { mediaType: "text/plain", digest: digest("b") },
      ],
    });
    expect(manifest.kind).toBe("unknown");
    expect(manifest.children.map((child) => child.digest)).toEqual([digest("a")]);
    expect(manifest.referencedDigests).toEqual([digest("a"), digest("b")]);
  });

  it("finds digests behind JSON escapes and in duplicate keys", () => {
    const hex = "a".repeat(64);
    expect(parsed(`{"x":"sha256\\u003a${hex}"}`).referencedDigests).toEqual([`sha256:${hex}`]);
    const body = `{"config":{"digest":"${digest("b")}"},"config":{"digest":"${digest("c")}"}}`;
    expect(parsed(body).referencedDigests).toEqual([digest("b"), digest("c")]);
  });

  it("refuses what is not a JSON object, and never throws", () => {
    for (const body of ["", "{", "[]", "null", "7", '"x"']) expect(parseManifest(encode(body)).ok).toBe(false);
    fc.assert(fc.property(fc.uint8Array(), (body) => void parseManifest(body)));
    fc.assert(fc.property(fc.json(), (body) => void parseManifest(encode(body))));
  });

  it("loses no digest wherever it stands", () => {
    const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), hex, (value, key, letters) => {
        const manifest = parsed({ outer: [value, { [key]: [{ inner: `sha256:${letters}` }] }] });
        expect(manifest.referencedDigests).toContain(`sha256:${letters}`);
      }),
    );
  });
});

describe("parseManifestLinks", () => {
  const hex = fc.string({ unit: fc.constantFrom(..."ab"), minLength: 64, maxLength: 64 });
  const descriptor = fc.record({ mediaType: mediaType(), digest: hex.map((letters) => `sha256:${letters}`) });
  const body = fc.record(
    {
      mediaType: mediaType(),
      ...{ manifests: fc.array(descriptor), layers: fc.array(descriptor), blobs: fc.array(descriptor) },
      ...{ config: descriptor, subject: descriptor, extra: fc.jsonValue() },
    },
    { requiredKeys: [] },
  );

  it("reads a subject, an escaped digest, and manifests that a body of an unknown type names", () => {
    const child = { mediaType: MEDIA_TYPES.ociManifest, digest: digest("a") };
    const written = JSON.stringify({
      ...{ mediaType: "application/vnd.acme.set.v1+json", sets: [{ parts: [child] }] },
      ...{ subject: { mediaType: MEDIA_TYPES.ociManifest, digest: digest("b") }, note: digest("c") },
    });
    const escaped = written.replace(digest("c"), digest("c").replace(":", "\\u003a"));
    const read = parseManifestLinks(encode(escaped));
    expect(read).toMatchObject({
      ok: true,
      links: { kind: "unknown", children: [{ digest: digest("a") }], subject: { digest: digest("b") } },
    });
    const named = read.ok ? read.links.referencedDigests : [];
    expect([...named].sort()).toEqual(["a", "b", "c"].map(digest));
  });

  it("says of every body what parseManifest says, or why neither can", () => {
    fc.assert(
      fc.property(fc.oneof(body, fc.jsonValue()), (value) => {
        const [links, whole] = [parseManifestLinks(encode(value)), parseManifest(encode(value))];
        if (!whole.ok) expect(links).toEqual(whole);
        else {
          const { mediaType, kind, children, subject, referencedDigests } = whole.manifest;
          expect(links).toEqual({ ok: true, links: { mediaType, kind, children, subject, referencedDigests } });
        }
      }),
    );
  });
});

function mediaType(): fc.Arbitrary<string> {
  return fc.constantFrom(...Object.values(MEDIA_TYPES), "application/vnd.acme.index.v3+json", "");
}

describe("digests and fallback tags", () => {
  it("accepts exactly sha256 and sha512 in lower case", () => {
    expect(parseDigest(`sha512:${"0".repeat(128)}`)).toEqual({ algorithm: "sha512", hex: "0".repeat(128) });
    expect(parseDigest(digest("f"))?.algorithm).toBe("sha256");
    for (const bad of [
      "",
      "sha256:",
      digest("F"),
      `${digest("a")}\n`,
      `sha512:${"0".repeat(64)}`,
      `md5:${"0".repeat(32)}`,
    ]) {
      expect(isDigest(bad)).toBe(false);
    }
  });

  it("names the subject of every kind of fallback tag and of no other tag", () => {
    const hex = "a".repeat(64);
    for (const suffix of ["", ".sig", ".att", ".sbom", ".other"])
      expect(subjectOfFallbackTag(`sha256-${hex}${suffix}`)).toBe(`sha256:${hex}`);
    for (const tag of ["latest", "sha256-abc", `sha256-${hex}sig`, `sha256-${hex}-x`, `x-sha256-${hex}`])
      expect(subjectOfFallbackTag(tag)).toBeNull();
  });
});
