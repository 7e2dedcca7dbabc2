import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryRoot } from "@/testing/storage/collect";
import { StorageTree, sha256Of } from "@/testing/storage/storage-tree";
import { FilesystemStorage } from "./filesystem-storage";

let tree: StorageTree;
let storage: FilesystemStorage;
let remove: () => void;

beforeEach(() => {
  const temporary = temporaryRoot();
  remove = temporary.remove;
  tree = new StorageTree(temporary.root);
  storage = new FilesystemStorage(temporary.root);
});
afterEach(() => remove());

describe("FilesystemStorage", () => {
  it("lists nested repositories, and nothing of a directory that is empty or not made yet", async () => {
    for (const name of ["a", "a/b", "a/b/c", "z/only-layers"]) tree.layer(name, `layer of ${name}`);
    tree.directory("repositories/empty/_uploads");
    expect(await storage.listRepositories()).toEqual(["a", "a/b", "a/b/c", "z/only-layers"]);
    expect(await storage.listRepositories({ withUploadsOnly: true })).toContain("empty");
    expect(await new FilesystemStorage(path.join(tree.root, "new")).listRepositories()).toEqual([]);
    expect(await storage.listTags("a")).toEqual([]);
    expect(await storage.listUploads("a")).toEqual([]);
  });

  it("tells revisions from what an API delete leaves", async () => {
    const [kept, deleted] = [tree.image("app", "kept"), tree.image("app", "deleted")];
    tree.deletedRevision("app", deleted.digest);
    const listing = await storage.listRevisions("app");
    expect(listing.revisions.map(({ digest }) => digest)).toEqual([kept.digest]);
    expect(listing.emptyDirectories).toEqual([deleted.digest]);
  });

  it("takes away what is empty, and not what was filled again since it was listed", async () => {
    const image = tree.image("app", "pushed again");
    tree.deletedRevision("app", image.digest);
    expect((await storage.listRevisions("app")).emptyDirectories).toEqual([image.digest]);
    tree.revision("app", image.digest);
    expect(await storage.removeEmptyRevision("app", image.digest)).toBe(false);
    expect(await storage.removeEmptyBlob(image.digest)).toBe(false);
    expect([tree.hasRevision("app", image.digest), tree.hasBlob(image.digest)]).toEqual([true, true]);

    tree.deletedRevision("app", image.digest);
    tree.remove(tree.blobPath(image.digest));
    expect(await storage.removeEmptyRevision("app", image.digest)).toBe(true);
    expect(await storage.removeEmptyBlob(image.digest)).toBe(true);
    expect((await storage.listRevisions("app")).emptyDirectories).toEqual([]);
  });

  it("dates an upload by when its data last grew", async () => {
    const [started, grown] = [new Date("2026-01-01T00:00:00Z"), new Date("2026-01-02T00:00:00Z")];
    tree.file("repositories/app/_uploads/u1/startedat", started.toISOString());
    tree.file("repositories/app/_uploads/u1/data", "half");
    for (const [file, time] of [
      ["startedat", started],
      ["data", grown],
      ["", started],
    ] as const) {
      fs.utimesSync(path.join(tree.base, "repositories/app/_uploads/u1", file), time, time);
    }
    expect(await storage.listUploads("app")).toEqual([{ id: "u1", lastActivityAtMs: grown.getTime() }]);
    expect([await storage.deleteUpload("app", "u1"), await storage.deleteUpload("app", "u1")]).toEqual([true, false]);
    expect(await storage.listUploads("app")).toEqual([]);
  });

  it("reads bodies within the limit and says what is missing", async () => {
    const digest = tree.blob("1234567890");
    expect(await storage.readBlob(digest, { maxBytes: 10 })).toMatchObject({ state: "read" });
    expect(await storage.readBlob(digest, { maxBytes: 9 })).toEqual({ state: "too_large", sizeBytes: 10 });
    expect(await storage.readBlob(sha256Of("nothing"), { maxBytes: 9 })).toEqual({ state: "missing" });
    expect(await storage.statBlob(sha256Of("nothing"))).toBeNull();
  });

  it("removes idempotently and leaves no empty directory of its own", async () => {
    const image = tree.image("app", "image");
    tree.tag("app", "v1", image.digest);
    const removals = [
      () => storage.deleteTagHistoryEntry("app", "v1", image.digest),
      () => storage.deleteRevision("app", image.digest),
      () => storage.deleteBlob(image.digest),
      () => storage.deleteLayerLink("app", image.config),
    ];
    for (const removal of removals) expect([await removal(), await removal()]).toEqual([true, false]);
    expect(tree.exists(path.dirname(tree.blobPath(image.digest)))).toBe(false);
    expect(tree.exists(tree.revisionDirectory("app", image.digest))).toBe(false);
  });

  it("takes an empty repository out with its empty parents, and no other", async () => {
    tree.image("team/full", "image");
    tree.directory("repositories/team/gone/_manifests/revisions/sha256");
    tree.directory("repositories/team/gone/_manifests/tags");
    tree.directory("repositories/team/gone/_layers/sha256");
    tree.directory("repositories/team/gone/_uploads");
    tree.directory("repositories/bin/space/app/_manifests/tags");
    expect(await storage.removeRepositoryIfEmpty("team/full")).toBe(false);
    expect(await storage.removeRepositoryIfEmpty("team/gone")).toBe(true);
    expect(await storage.removeRepositoryIfEmpty("bin/space/app")).toBe(true);
    expect(fs.readdirSync(path.join(tree.base, "repositories"))).toEqual(["team"]);
    expect(fs.readdirSync(path.join(tree.base, "repositories/team"))).toEqual(["full"]);
  });

  it("never leaves its directory, whatever a name says", async () => {
    for (const name of ["../secret", "a/../../b", "/etc", "a//b", ""])
      await expect(storage.listTags(name)).rejects.toBeInstanceOf(TypeError);
    await expect(storage.listTagHistory("a", "..")).rejects.toBeInstanceOf(TypeError);
    expect(() => storage.deleteUpload("a", "..")).toThrow(TypeError);
    await expect(storage.deleteBlob("sha256:../../x")).rejects.toBeInstanceOf(TypeError);
  });

  it("stops listing with the reason when it is aborted", async () => {
    const controller = new AbortController();
    controller.abort(new Error("cancelled by a person"));
    await expect(storage.listRepositories({ signal: controller.signal })).rejects.toThrow("cancelled by a person");
  });
});
