import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StorageReadError } from "@/server/platform/storage/blob-storage";
import { collectTree, markTree, temporaryRoot } from "@/testing/storage/collect";
import { StorageTree, sha256Of } from "@/testing/storage/storage-tree";
import { verifyClosure } from "@/testing/storage/verify-closure";

/**
 * Every case in which the registry's own collector was seen to destroy images or to give up. Each tree also holds garbage,
 * and each test shows both: no kept tag breaks, and the garbage goes.
 */
let tree: StorageTree;
let remove: () => void;
let garbage: string;

beforeEach(() => {
  const temporary = temporaryRoot();
  remove = temporary.remove;
  tree = new StorageTree(temporary.root);
  garbage = tree.blob("a blob that nothing refers to");
  const image = tree.image("other/app", "ordinary");
  tree.tag("other/app", "v1", image.digest);
});
afterEach(() => remove());

async function collect(deleteUntagged: boolean) {
  const before = verifyClosure(tree.root).broken;
  const collected = await collectTree(tree.root, { deleteUntagged });
  expect(collected.sweep).toEqual({ end: "done", failures: [] });
  expect(Object.keys(verifyClosure(tree.root).broken)).toEqual(Object.keys(before));
  return { ...collected, kinds: collected.oddities.map(({ kind }) => kind) };
}

const both = [false, true];

describe("untagged children of a tagged index (#3178)", () => {
  it.each(both)("stay with config and layers, deleteUntagged %s", async (deleteUntagged) => {
    const children = [tree.image("app", "amd64"), tree.image("app", "arm64")];
    const index = tree.index("app", children, true);
    const old = tree.image("app", "overwritten");
    tree.tag("app", "v1", index.digest, [old.digest]);
    const { garbage: swept } = await collect(deleteUntagged);
    expect(verifyClosure(tree.root)).toMatchObject({ tags: 2, indexTags: 1, brokenTags: 0 });
    expect(swept).toContain(garbage);
    expect(tree.hasRevision("app", old.digest)).toBe(!deleteUntagged);
    expect(tree.hasBlob(old.config)).toBe(!deleteUntagged);
    expect(tree.exists(`repositories/app/_manifests/tags/v1/index/${old.digest.replace(":", "/")}/link`)).toBe(
      !deleteUntagged,
    );
  });

  it("go with their index when that is untagged, except a child that is tagged itself", async () => {
    const [amd64, arm64] = [tree.image("app", "amd64"), tree.image("app", "arm64")];
    const index = tree.index("app", [amd64, arm64]);
    tree.tag("app", "amd64", amd64.digest);
    await collect(true);
    expect([tree.hasBlob(amd64.config), tree.hasBlob(arm64.config), tree.hasBlob(index.digest)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("2.4 a: a child that the first repository no longer has as a revision", () => {
  it.each([
    ["aaa", "bbb"],
    ["bbb", "aaa"],
  ])("keeps its layers for the second (%s deleted, %s healthy)", async (deleted, healthy) => {
    const child = tree.image(healthy, "shared child");
    tree.tag(healthy, "v1", tree.index(healthy, [child]).digest);
    tree.revision(deleted, child.digest);
    const other = tree.image(deleted, "another child");
    tree.tag(deleted, "v1", tree.index(deleted, [child, other]).digest);
    tree.deletedRevision(deleted, child.digest);
    await collect(true);
    expect(verifyClosure(tree.root).broken).not.toHaveProperty([`${healthy}:v1`]);
    expect(tree.hasBlob(child.layers[0]?.digest ?? "")).toBe(true);
    expect(tree.hasBlob(garbage)).toBe(false);
  });
});

describe("2.4 b: empty and bad links", () => {
  it.each(both)("an empty revision link of a tagged image keeps it, deleteUntagged %s", async (deleteUntagged) => {
    const image = tree.image("app", "crashed");
    tree.tag("app", "v1", image.digest);
    tree.revision("app", image.digest, "");
    const { kinds } = await collect(deleteUntagged);
    expect(kinds).toContain("empty_link");
    expect([tree.hasBlob(image.config), tree.hasBlob(garbage)]).toEqual([true, false]);
  });

  it("a revision link that says something else keeps both digests, tagged or not", async () => {
    const [place, said] = [tree.image("app", "place"), tree.image("app", "said")];
    tree.revision("app", place.digest, `${said.digest}\n`);
    const { kinds } = await collect(true);
    expect(kinds).toContain("bad_link");
    expect([tree.hasBlob(place.config), tree.hasBlob(garbage)]).toEqual([true, false]);
  });

  it.each(["", "not a digest"])("a current link %j keeps all that the tag ever pointed at", async (content) => {
    const [before, now, never] = [tree.image("app", "before"), tree.image("app", "now"), tree.image("app", "never")];
    tree.tag("app", "v1", now.digest, [before.digest]);
    tree.file("repositories/app/_manifests/tags/v1/current/link", content);
    const { kinds } = await collect(true);
    expect(kinds).toContain("unclear_tag");
    expect([before, now, never].map((image) => tree.hasBlob(image.config))).toEqual([true, true, false]);
    expect(tree.hasBlob(garbage)).toBe(false);
  });

  it("a current link that is empty and has no history keeps the whole repository", async () => {
    const image = tree.image("app", "image");
    tree.file("repositories/app/_manifests/tags/v1/current/link", "");
    await collect(true);
    expect([tree.hasRevision("app", image.digest), tree.hasBlob(image.config), tree.hasBlob(garbage)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("an empty layer link stops nothing", async () => {
    const image = tree.image("app", "image");
    tree.tag("app", "v1", image.digest);
    tree.layerLink("app", image.config, "");
    await collect(true);
    expect([tree.hasBlob(image.config), tree.hasBlob(garbage)]).toEqual([true, false]);
  });
});

describe("2.4 c: manifests that cannot be understood", () => {
  it.each(both)("corrupt JSON keeps whatever its repository links to, deleteUntagged %s", async (deleteUntagged) => {
    const image = tree.image("app", "will be corrupt");
    const elsewhere = tree.image("elsewhere", "untagged");
    tree.file(tree.blobPath(image.digest), '{"schemaVersion":2,"config"');
    const { kinds } = await collect(deleteUntagged);
    expect(kinds).toContain("manifest_unreadable");
    expect([
      tree.hasRevision("app", image.digest),
      tree.hasBlob(image.config),
      tree.hasBlob(image.layers[0]?.digest ?? ""),
    ]).toEqual([true, true, true]);
    expect([tree.hasBlob(elsewhere.config), tree.hasBlob(garbage)]).toEqual([!deleteUntagged, false]);
  });

  it("a body that is JSON but not the one of its digest is not believed", async () => {
    const image = tree.image("app", "overwritten on disk");
    tree.tag("app", "v1", image.digest);
    tree.file(tree.blobPath(image.digest), "{}");
    const { kinds } = await collect(true);
    expect(kinds).toContain("manifest_unreadable");
    expect([tree.hasBlob(image.config), tree.hasBlob(garbage)]).toEqual([true, false]);
  });

  it.each(both)("an unknown media type counts as a manifest, deleteUntagged %s", async (deleteUntagged) => {
    const part = tree.layer("app", "part of a bundle");
    const unreferenced = tree.layer("app", "part of nothing");
    const bundle = tree.json({ mediaType: "application/vnd.example.bundle.v9+json", parts: [{ digest: part.digest }] });
    tree.revision("app", bundle.digest);
    const { kinds } = await collect(deleteUntagged);
    expect(kinds).toContain("manifest_type_unknown");
    expect([bundle, part, unreferenced].map(({ digest }) => tree.hasBlob(digest))).toEqual([true, true, false]);
  });

  it.each(both)("a schema 1 manifest keeps its layers, deleteUntagged %s", async (deleteUntagged) => {
    const layer = tree.layer("app", "a layer of 2014");
    const manifest = tree.json({
      schemaVersion: 1,
      name: "app",
      tag: "v1",
      fsLayers: [{ blobSum: layer.digest }],
      signatures: [],
    });
    tree.revision("app", manifest.digest);
    tree.tag("app", "v1", manifest.digest);
    await collect(deleteUntagged);
    expect([tree.hasBlob(manifest.digest), tree.hasBlob(layer.digest), tree.hasBlob(garbage)]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("2.4 d: the manifest's blob is missing", () => {
  it.each(both)(
    "its layers stay, so that pushing the manifest again heals it, deleteUntagged %s",
    async (deleteUntagged) => {
      const image = tree.image("app", "lost its manifest");
      tree.tag("app", "v1", image.digest);
      tree.remove(path.dirname(tree.blobPath(image.digest)));
      const { kinds } = await collect(deleteUntagged);
      expect(kinds).toContain("manifest_missing");
      expect([
        tree.hasRevision("app", image.digest),
        tree.hasBlob(image.config),
        tree.hasBlob(image.layers[0]?.digest ?? ""),
      ]).toEqual([true, true, true]);
      expect(tree.hasBlob(garbage)).toBe(false);
    },
  );
});

describe("2.4 e: directories that are not as they should be", () => {
  it.each(both)("a repository without _layers is a repository, deleteUntagged %s", async (deleteUntagged) => {
    const image = tree.image("source", "image");
    tree.tag("source", "v1", image.digest);
    const index = tree.index("no-layers", [image]);
    tree.revision("no-layers", image.digest);
    tree.tag("no-layers", "v1", index.digest);
    await collect(deleteUntagged);
    expect([tree.hasBlob(index.digest), tree.hasRevision("no-layers", image.digest), tree.hasBlob(garbage)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("a repository with _layers only holds nothing, and its stale links go with the blobs", async () => {
    const { digest } = tree.layer("aborted", "layer of a push that died");
    await collect(false);
    expect([tree.hasBlob(digest), tree.hasLayerLink("aborted", digest)]).toEqual([false, false]);
  });

  it("junk under blobs is left alone and reported", async () => {
    tree.file("blobs/sha256/zz/data", "junk");
    tree.file("blobs/backup/data", "junk");
    tree.file(`blobs/sha256/ab/${"a".repeat(63)}/data`, "too short");
    tree.file(`blobs/sha256/ab/cd${"a".repeat(62)}/data`, "in the wrong shard");
    tree.file("blobs/sha256/README", "junk");
    const { kinds } = await collect(true);
    expect(kinds.filter((kind) => kind === "junk_entry")).toHaveLength(5);
    expect(
      tree.exists("blobs/sha256/zz/data") && tree.exists("blobs/backup/data") && tree.exists("blobs/sha256/README"),
    ).toBe(true);
    expect(tree.hasBlob(garbage)).toBe(false);
  });

  it("junk among repositories, revisions and tags is left alone and reported", async () => {
    const image = tree.image("app", "image");
    tree.tag("app", "v1", image.digest);
    tree.file("repositories/.DS_Store", "junk");
    tree.file("repositories/app/_manifests/tags/notes.txt", "junk");
    tree.file(`repositories/app/_manifests/revisions/sha256/${"b".repeat(64)}`, "a file, not a directory");
    tree.file("repositories/app/_manifests/revisions/sha256/abc/link", "no digest");
    const { kinds } = await collect(true);
    expect(kinds.filter((kind) => kind === "junk_entry")).toHaveLength(4);
    expect(tree.hasBlob(garbage)).toBe(false);
  });

  it("a repository that is a symbolic link keeps what it holds", async () => {
    const image = tree.image("real/app", "image");
    tree.tag("real/app", "v1", image.digest);
    fs.renameSync(path.join(tree.base, "repositories/real"), path.join(tree.root, "moved"));
    fs.symlinkSync(path.join(tree.root, "moved"), path.join(tree.base, "repositories/real"));
    await collect(true);
    expect([tree.hasBlob(image.config), tree.hasBlob(garbage)]).toEqual([true, false]);
  });

  it("repositories that are gone while blobs are there stop the collection", async () => {
    tree.remove("repositories");
    await expect(markTree(tree.root)).rejects.toBeInstanceOf(StorageReadError);
  });

  it("a place that cannot be read stops the collection before it removes anything", async () => {
    // A file where the list of revisions should be: unlike a permission, this is an error for root too.
    tree.image("app", "image");
    tree.remove("repositories/app/_manifests/revisions");
    tree.file("repositories/app/_manifests/revisions", "");
    await expect(collectTree(tree.root)).rejects.toBeInstanceOf(StorageReadError);
    expect(tree.hasBlob(garbage)).toBe(true);
  });
});

describe("2.4 f: a push that has uploaded blobs but no manifest yet", () => {
  it("keeps what a layer link younger than the grace points at, and sweeps it after a drain", async () => {
    const layer = tree.layer("app", "just uploaded");
    const old = tree.layer("app", "uploaded long ago");
    const ago = new Date(Date.now() - 48 * 3_600_000);
    for (const file of [
      tree.blobPath(old.digest),
      tree.blobPath(layer.digest),
      tree.blobPath(garbage),
      `repositories/app/_layers/${old.digest.replace(":", "/")}/link`,
    ]) {
      fs.utimesSync(path.join(tree.base, file), ago, ago);
    }
    const graceful = await markTree(tree.root, { keepWrittenAfterMs: Date.now() - 24 * 3_600_000 });
    expect(graceful.garbage).toEqual([garbage, old.digest].sort());
    const drained = await markTree(tree.root);
    expect(drained.garbage).toEqual([garbage, old.digest, layer.digest].sort());
  });

  it("keeps a blob younger than the grace though nothing links to it", async () => {
    const graceful = await markTree(tree.root, { keepWrittenAfterMs: Date.now() - 24 * 3_600_000 });
    expect(graceful.garbage).toEqual([]);
  });
});

describe("other harm", () => {
  it.each(both)("layers named by sha512 stay, deleteUntagged %s", async (deleteUntagged) => {
    const layer = tree.layer("app", "uploaded as sha512");
    const sha512 = `sha512:${"e".repeat(128)}`;
    tree.layerLink("app", sha512, layer.digest);
    const image = tree.image("app", "by sha512", { layers: [{ ...layer, digest: sha512 }] });
    // The helper links what it lists; put the alias back as the registry writes it.
    tree.layerLink("app", sha512, layer.digest);
    tree.tag("app", "v1", image.digest);
    await collect(deleteUntagged);
    expect([tree.hasBlob(layer.digest), tree.hasBlob(garbage)]).toEqual([true, false]);
  });

  it("a repository without a tags directory loses its untagged images whole, links too (#4331)", async () => {
    const image = tree.image("no-tags", "pushed by digest");
    await collect(true);
    expect([tree.hasRevision("no-tags", image.digest), tree.hasBlob(image.digest), tree.hasBlob(image.config)]).toEqual(
      [false, false, false],
    );
    expect(tree.hasLayerLink("no-tags", image.config)).toBe(false);
  });

  it("temporary files of unfinished writes stop nothing and count for nothing", async () => {
    const image = tree.image("app", "image");
    tree.tag("app", "v1", image.digest);
    const uuid = "0190a000-0000-7000-8000-000000000000";
    tree.file(`${tree.revisionDirectory("app", image.digest)}/link.${uuid}.tmp`, "sha");
    tree.file(`repositories/app/_manifests/tags/v1/current/link.${uuid}.tmp`, "");
    tree.file(`${tree.revisionDirectory("app", sha256Of("unfinished"))}/link.${uuid}.tmp`, "sha256:");
    tree.file(`${path.dirname(tree.blobPath(image.digest))}/data.${uuid}.tmp`, "{");
    await collect(true);
    expect([tree.hasBlob(image.config), tree.hasBlob(garbage)]).toEqual([true, false]);
  });

  it("an untagged signature stays with its image, and an SBOM by subject too", async () => {
    const image = tree.image("app", "signed");
    tree.tag("app", "v1", image.digest);
    const sbom = tree.image("app", "sbom", { subject: image });
    const signature = tree.image("app", "signature");
    tree.tag("app", `${image.digest.replace(":", "-")}.sig`, signature.digest);
    const orphan = tree.image("app", "sbom of an image that is gone", {
      subject: { ...image, digest: sha256Of("gone") },
    });
    await collect(true);
    expect([sbom, signature, orphan].map((manifest) => tree.hasBlob(manifest.config))).toEqual([true, true, false]);
  });

  it("an index within an index keeps the innermost image", async () => {
    const image = tree.image("app", "innermost");
    tree.tag("app", "v1", tree.index("app", [tree.index("app", [image])]).digest);
    await collect(true);
    expect(verifyClosure(tree.root).brokenTags).toBe(0);
  });

  it("what is in the recycle bin stays though nothing is tagged there", async () => {
    const image = tree.image("recyclebin/space/app", "recycled");
    await collect(true);
    expect([tree.hasRevision("recyclebin/space/app", image.digest), tree.hasBlob(image.config)]).toEqual([true, true]);
  });

  it("a tag whose revision is gone is reported, and holds nothing", async () => {
    const image = tree.image("app", "deleted half-way");
    tree.tag("app", "v1", image.digest);
    tree.deletedRevision("app", image.digest);
    const { kinds, scan } = await collect(false);
    expect(kinds).toContain("dangling_tag");
    expect(scan.emptyRevisionDirectories).toEqual([{ repository: "app", digest: image.digest }]);
    expect(tree.hasBlob(image.config)).toBe(false);
  });
});
