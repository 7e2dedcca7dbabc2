import { readdir, rm, truncate } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type BuiltImage,
  buildImage,
  buildIndex,
  buildLayer,
  buildSbom,
  buildSignature,
  type ImageLayer,
  signatureTag,
} from "@/scripts/demo/oci-image";
import { createImagePusher, type ImagePusher } from "@/scripts/demo/push-image";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { skopeoInspectDigest, skopeoPull } from "@/testing/skopeo";
import { createDistributionAdapter } from "./distribution-adapter";
import { DistributionClient } from "./distribution-client";
import { createTransport } from "./http-transport";
import { createPlaceholderManifest, PLACEHOLDER_CONFIG } from "./placeholder-manifest";
import type { RawManifest, RegistryAdapter } from "./registry-adapter";
import { noAuthorizer } from "./registry-authorizer";

const createdAt = new Date(Date.UTC(2026, 0, 1));
const amd64 = { os: "linux", architecture: "amd64" };
const arm64 = { os: "linux", architecture: "arm64" };

let registry: TestRegistry;
let adapter: RegistryAdapter;
let pusher: ImagePusher;
let shared: ImageLayer;

beforeAll(async () => {
  registry = await startTestRegistry();
  adapter = adapterOf(registry.url);
  pusher = createImagePusher({ registryUrl: registry.url, username: null, password: null });
  shared = await buildLayer("shared", [{ path: "usr/lib/shared.so", sizeBytes: 300_000 }]);
});

afterAll(async () => {
  adapter?.close();
  pusher?.close();
  await registry?.stop();
});

function adapterOf(url: string): RegistryAdapter {
  return createDistributionAdapter({ url, authorizer: noAuthorizer(), storageRoot: null });
}

async function image(seed: string, platform = amd64): Promise<BuiltImage> {
  const own = await buildLayer(seed, [{ path: `app/${seed}.js`, sizeBytes: 20_000 }]);
  return buildImage({ layers: [shared, own], platform, createdAt, labels: { seed } });
}

async function multiArch(seed: string): Promise<BuiltImage> {
  const [one, other] = [await image(`${seed}-amd`, amd64), await image(`${seed}-arm`, arm64)];
  return buildIndex({
    children: [
      { image: one, platform: amd64 },
      { image: other, platform: arm64 },
    ],
  });
}

/** The manifests of an image as a caller finds them: from the registry, children first. */
async function read(repository: string, { digest, children }: BuiltImage): Promise<RawManifest[]> {
  const below = await Promise.all(children.map((child) => read(repository, child)));
  const own = await adapter.getManifest(repository, digest);
  if (own === null) throw new Error(`${repository} has no ${digest}`);
  return [...below.flat(), own];
}

async function move(from: string, to: string, images: BuiltImage[]): Promise<RawManifest[]> {
  const manifests = (await Promise.all(images.map((each) => read(from, each)))).flat();
  await adapter.copy({ from, to, manifests });
  expect(await adapter.verify({ repository: to, manifests })).toEqual([]);
  for (const { digest } of [...manifests].reverse()) expect(await adapter.deleteManifest(from, digest)).toBe("deleted");
  return manifests;
}

const pull = (repository: string, reference: string) =>
  skopeoPull({ registryUrl: registry.url, repository, reference });

/** Pulls with skopeo. It cannot copy an index within an index: then the index is read, and each of its children pulled. */
async function pullWhole(repository: string, reference: string, top: BuiltImage): Promise<string | null> {
  if (!top.children.some((child) => child.children.length > 0)) return (await pull(repository, reference)).digest;
  for (const child of top.children) expect(await pullWhole(repository, child.digest, child)).toBe(child.digest);
  return (await skopeoInspectDigest({ registryUrl: registry.url, repository, reference })).digest;
}

/** Files in the registry's storage that end so, for instance `/data`. */
async function storedFiles(below: string, end: string): Promise<string[]> {
  const root = path.join(registry.storageRoot, "docker/registry/v2", below);
  const entries = await readdir(root, { recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.endsWith(end)).map((entry) => path.join(root, entry));
}

async function dataFile(digest: string): Promise<string> {
  const [file] = await storedFiles("blobs", `${digest.split(":")[1]}/data`);
  if (file === undefined) throw new Error(`no data of ${digest}`);
  return file;
}

describe("moving and restoring", () => {
  const shapes: [
    string,
    () => Promise<{ top: BuiltImage; all: BuiltImage[]; extraTags: (top: BuiltImage) => string[] }>,
  ][] = [
    ["a single image", async () => single(await image("single"))],
    ["an index with untagged children", async () => single(await multiArch("multi"))],
    [
      "a nested index",
      async () =>
        single(
          buildIndex({
            children: [
              { image: await multiArch("nested"), platform: null },
              { image: await image("beside"), platform: amd64 },
            ],
          }),
        ),
    ],
    [
      "an image with a signature tag and an SBOM",
      async () => {
        const top = await multiArch("signed");
        const signature = buildSignature({ repository: "acme/signed", signed: top, createdAt });
        const sbom = buildSbom({ subject: top, packages: ["zod"] });
        return { top, all: [top, signature, sbom], extraTags: () => [signatureTag(top.digest)] };
      },
    ],
  ];
  function single(top: BuiltImage) {
    return { top, all: [top], extraTags: () => [] };
  }

  it.each(shapes)("%s goes away with all its tags, and comes back the same", async (name, make) => {
    const from = `acme/${name.replaceAll(" ", "-").toLowerCase()}`;
    const to = `recyclebin/spc_1/${from}`;
    const { top, all, extraTags } = await make();
    for (const tag of ["v1", "latest"]) await pusher.push(from, top, tag);
    const [, signature, sbom] = all;
    if (signature && sbom) {
      await pusher.push(from, signature, signatureTag(top.digest));
      await pusher.push(from, sbom, null);
    }
    await move(from, to, all);
    expect(await adapter.listTags(from)).toEqual([]);
    for (const reference of ["v1", "latest", top.digest]) {
      expect((await pull(from, reference)).error).toMatch(/manifest unknown/);
    }
    expect(await pullWhole(to, top.digest, top)).toBe(top.digest);
    expect(await adapter.listTags(to)).toEqual([]);

    await move(to, from, all);
    for (const tag of ["v1", "latest"]) await adapter.tag({ repository: from, tag, digest: top.digest });
    for (const tag of extraTags(top)) await adapter.tag({ repository: from, tag, digest: signature?.digest ?? "" });
    expect(await adapter.listTags(from)).toEqual([...extraTags(top), "v1", "latest"].sort());
    for (const reference of ["v1", "latest"]) expect(await pullWhole(from, reference, top)).toBe(top.digest);
    for (const each of all) expect(await pullWhole(from, each.digest, each)).toBe(each.digest);
    expect(await adapter.resolve(to, top.digest)).toBeNull();
  });

  it("can be repeated at every point, also after the source is gone", async () => {
    const top = await multiArch("repeat");
    await pusher.push("acme/repeat", top, "v1");
    const manifests = await move("acme/repeat", "recyclebin/spc_1/acme/repeat", [top]);
    const fresh = adapterOf(registry.url);
    await fresh.copy({ from: "acme/repeat", to: "recyclebin/spc_1/acme/repeat", manifests });
    await fresh.copy({ from: "acme/never-was", to: "recyclebin/spc_1/acme/repeat", manifests });
    expect(await fresh.deleteManifest("acme/repeat", top.digest)).toBe("absent");
    expect(await fresh.deleteManifest("acme/never-was", top.digest)).toBe("absent");
    fresh.close();
  });

  it("counts its steps and stops when it is told to, leaving the source alone", async () => {
    const top = await multiArch("steps");
    await pusher.push("acme/steps", top, "v1");
    const manifests = await read("acme/steps", top);
    const steps: string[] = [];
    await adapter.copy({
      from: "acme/steps",
      to: "recyclebin/spc_1/acme/steps",
      manifests,
      onStep: ({ kind, done, total }) => steps.push(`${kind} ${done}/${total}`),
    });
    // Two configs, two own layers and the shared one; then the children and the index.
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `${n <= 5 ? "blob" : "manifest"} ${n}/8`));

    const controller = new AbortController();
    const to = "recyclebin/spc_1/acme/aborted";
    const stopped = adapter.copy({
      from: "acme/steps",
      to,
      manifests,
      signal: controller.signal,
      onStep: ({ kind }) => kind === "manifest" && controller.abort(new Error("cancelled")),
    });
    await expect(stopped).rejects.toThrow("cancelled");
    expect(await adapter.resolve(to, top.digest)).toBeNull();
    expect((await pull("acme/steps", "v1")).ok).toBe(true);
  });

  it("copies many images that share layers at once, from two workers, without losing one", async () => {
    const images = await Promise.all(Array.from({ length: 24 }, (_, i) => image(`many-${i}`)));
    for (const [i, each] of images.entries()) await pusher.push("acme/many", each, `v${i}`);
    const to = "recyclebin/spc_1/acme/many";
    const workers = [adapterOf(registry.url), adapterOf(registry.url)];
    await Promise.all(
      images.map(async (each, i) => {
        const manifests = await read("acme/many", each);
        await workers[i % 2]?.copy({ from: "acme/many", to, manifests });
      }),
    );
    for (const worker of workers) worker.close();
    for (const each of images) {
      expect(await adapter.verify({ repository: to, manifests: await read("acme/many", each) })).toEqual([]);
    }
  });
});

describe("damage", () => {
  it("does not copy an image whose layer is gone, and leaves no upload behind", async () => {
    const layer = await buildLayer("lost", [{ path: "lost", sizeBytes: 5_000 }]);
    const top = buildImage({ layers: [shared, layer], createdAt });
    await pusher.push("acme/lost", top, "v1");
    const manifests = await read("acme/lost", top);
    await rm(await dataFile(layer.digest));
    const to = "recyclebin/spc_1/acme/lost";
    await expect(adapter.copy({ from: "acme/lost", to, manifests })).rejects.toMatchObject({
      kind: "not_found",
      code: "BLOB_UNKNOWN",
      retryable: false,
      message: expect.stringContaining(layer.digest),
    });
    expect(await adapter.resolve(to, top.digest)).toBeNull();
    expect(await adapter.resolve("acme/lost", "v1")).toMatchObject({ digest: top.digest });
    expect(await storedFiles(`repositories/${to}/_uploads`, "/data")).toEqual([]);
  });

  it("refuses bodies that are not what their digest says", async () => {
    const top = await image("forged");
    await pusher.push("acme/forged", top, "v1");
    const [manifest] = await read("acme/forged", top);
    if (manifest === undefined) throw new Error("no manifest");
    const forged = { ...manifest, body: Buffer.concat([manifest.body, Buffer.from(" ")]) };
    const copy = adapter.copy({ from: "acme/forged", to: "recyclebin/spc_1/acme/forged", manifests: [forged] });
    await expect(copy).rejects.toMatchObject({ kind: "protocol", code: "DIGEST_MISMATCH" });
  });

  it("does not finish an index whose child was left out", async () => {
    const top = await multiArch("left-out");
    await pusher.push("acme/left-out", top, "v1");
    const [, ...incomplete] = await read("acme/left-out", top);
    const copy = adapter.copy({ from: "acme/left-out", to: "recyclebin/spc_1/acme/left-out", manifests: incomplete });
    await expect(copy).rejects.toMatchObject({ kind: "protocol", status: 400 });
  });

  it("finds what is missing in a copy: a manifest, a layer, a shortened layer", async () => {
    const layers = await Promise.all(
      ["kept", "gone", "short"].map((seed) => buildLayer(`v-${seed}`, [{ path: seed, sizeBytes: 4_000 }])),
    );
    const top = buildImage({ layers, createdAt });
    const index = buildIndex({ children: [{ image: top, platform: amd64 }] });
    await pusher.push("acme/verify", index, "v1");
    const manifests = await read("acme/verify", index);
    const [, gone, short] = layers;
    if (!gone || !short) throw new Error("no layers");
    await rm(await dataFile(gone.digest));
    await truncate(await dataFile(short.digest), 10);
    await adapter.deleteManifest("acme/verify", index.digest);
    const missing = await adapter.verify({ repository: "acme/verify", manifests });
    expect(missing.map(({ kind, digest }) => `${kind} ${digest}`).sort()).toEqual(
      [`manifest ${index.digest}`, `blob ${gone.digest}`, `blob ${short.digest}`].sort(),
    );
    expect(missing.find(({ digest }) => digest === short.digest)?.reason).toContain(`not ${short.size}`);
  });

  it("reads a blob again unless it is told how long ago is enough", async () => {
    const top = await image("read-again");
    await pusher.push("acme/read-again", top, "v1");
    const manifests = await read("acme/read-again", top);
    const request = { repository: "acme/read-again", manifests };
    expect(await adapter.verify({ ...request, blobsReadWithinMs: 60_000 })).toEqual([]);
    const { digest } = top.blobs[0] ?? { digest: "" };
    await rm(await dataFile(digest));
    expect(await adapter.verify({ ...request, blobsReadWithinMs: 60_000 })).toEqual([]);
    expect(await adapter.verify(request)).toMatchObject([{ kind: "blob", digest }]);
  });
});

describe("untagging", () => {
  it("takes one tag away and leaves the image, its other tags and the repository's other images", async () => {
    const [top, other] = [await multiArch("untag"), await image("untag-other")];
    for (const tag of ["v1", "v2", "latest"]) await pusher.push("acme/untag", top, tag);
    await pusher.push("acme/untag", other, "other");
    expect(await adapter.untag({ repository: "acme/untag", tag: "v1", digest: top.digest })).toBe("untagged");
    expect(await adapter.listTags("acme/untag")).toEqual(["latest", "other", "v2"]);
    expect((await pull("acme/untag", "v1")).ok).toBe(false);
    for (const reference of ["v2", "latest", top.digest]) {
      expect(await pull("acme/untag", reference)).toMatchObject({ digest: top.digest });
    }
    expect(await pull("acme/untag", "other")).toMatchObject({ digest: other.digest });
    expect(await adapter.untag({ repository: "acme/untag", tag: "v1", digest: top.digest })).toBe("absent");
  });

  it("keeps an image whose last tag is taken away", async () => {
    const top = await image("last-tag");
    await pusher.push("acme/last-tag", top, "only");
    await adapter.untag({ repository: "acme/last-tag", tag: "only", digest: top.digest });
    expect(await adapter.listTags("acme/last-tag")).toEqual([]);
    expect(await pull("acme/last-tag", top.digest)).toMatchObject({ ok: true, digest: top.digest });
  });

  it("does not touch a tag that was pushed again meanwhile", async () => {
    const [planned, pushed] = [await image("moved-a"), await image("moved-b")];
    await pusher.push("acme/moved", planned, "v1");
    await pusher.push("acme/moved", pushed, "v1");
    const untag = adapter.untag({ repository: "acme/moved", tag: "v1", digest: planned.digest });
    await expect(untag).rejects.toMatchObject({ kind: "conflict", code: "TAG_MOVED" });
    expect(await pull("acme/moved", "v1")).toMatchObject({ digest: pushed.digest });
  });

  it("finishes an untagging that was killed between placeholder and deletion", async () => {
    const top = await image("half-way");
    await pusher.push("acme/half-way", top, "v1");
    await pusher.push("acme/half-way", top, "v2");
    const client = new DistributionClient(createTransport({ url: registry.url, authorizer: noAuthorizer() }));
    await client.uploadBlob("acme/half-way", PLACEHOLDER_CONFIG);
    await client.putManifest("acme/half-way", "v1", createPlaceholderManifest());
    client.close();
    expect(await adapter.untag({ repository: "acme/half-way", tag: "v1", digest: top.digest })).toBe("untagged");
    expect(await adapter.listTags("acme/half-way")).toEqual(["v2"]);
    expect(await pull("acme/half-way", "v2")).toMatchObject({ digest: top.digest });
  });
});

describe("reading", () => {
  it("lists repositories of a prefix by whole components, and tags in order", async () => {
    const top = await image("listing");
    for (const name of ["list/a", "list/b/c", "listing/x", "list"]) await pusher.push(name, top, "v1");
    const names: string[] = [];
    for await (const name of adapter.listRepositories({ prefix: "list" })) names.push(name);
    expect(names.sort()).toEqual(["list", "list/a", "list/b/c"]);
    for (const tag of ["b", "a", "C", "10", "9"]) await pusher.push("list/a", top, tag);
    expect(await adapter.listTags("list/a")).toEqual(["10", "9", "C", "a", "b", "v1"]);
    expect(await adapter.listTags("list/nothing")).toEqual([]);
  });

  it("resolves tags and digests, and answers null for what is not there", async () => {
    const top = await multiArch("resolve");
    await pusher.push("acme/resolve", top, "v1");
    const expected = { digest: top.digest, mediaType: top.mediaType, sizeBytes: top.size };
    expect(await adapter.resolve("acme/resolve", "v1")).toEqual(expected);
    expect(await adapter.resolve("acme/resolve", top.digest)).toEqual(expected);
    expect((await adapter.getManifest("acme/resolve", "v1"))?.body.equals(top.body)).toBe(true);
    expect(await adapter.resolve("acme/resolve", "v2")).toBeNull();
    expect(await adapter.getManifest("acme/nothing", "v1")).toBeNull();
    const tagging = adapter.tag({ repository: "acme/resolve", tag: "v3", digest: `sha256:${"f".repeat(64)}` });
    await expect(tagging).rejects.toMatchObject({ kind: "not_found", code: "MANIFEST_UNKNOWN" });
  });

  it("never sends a name or reference that means something else", async () => {
    for (const name of ["../secret", "/acme", "acme/", "acme//x", "acme/_catalog", "acme?x", ""]) {
      await expect(adapter.resolve(name, "v1")).rejects.toMatchObject({ code: "NAME_INVALID" });
    }
    for (const reference of ["", "a/b", "v1?x", "sha256:abc", "-x"]) {
      await expect(adapter.resolve("acme/x", reference)).rejects.toMatchObject({ code: "REFERENCE_INVALID" });
    }
    expect(() => adapter.deleteManifest("acme/x", "latest")).toThrow("not a digest");
  });

  it("says what it can do, with reasons", async () => {
    await adapter.ping();
    const capabilities = await adapter.capabilities();
    expect(capabilities.canDelete).toEqual({ available: true });
    expect(capabilities.canListUntagged).toMatchObject({
      available: false,
      reason: expect.stringContaining("REGISTRY_STORAGE_ROOT"),
    });
    expect(capabilities.hasReadOnlyMode).toMatchObject({ available: false });
    const local = createDistributionAdapter({
      url: registry.url,
      authorizer: noAuthorizer(),
      storageRoot: registry.storageRoot,
    });
    expect((await local.capabilities()).hasStorage).toEqual({ available: true });
    local.close();
  });
});
