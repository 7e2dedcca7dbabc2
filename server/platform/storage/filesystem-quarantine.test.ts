import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { temporaryRoot } from "@/testing/storage/collect";
import { StorageTree, sha256Of } from "@/testing/storage/storage-tree";
import { StorageWriteError } from "./blob-storage";
import { FilesystemStorage } from "./filesystem-storage";

const RUN = "run_1";
const limits = { maxBytes: 1_000 };
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

const quarantine = () => path.join(tree.root, "docker/registry/gc-quarantine");
const textOf = (digest: string) => fs.readFileSync(path.join(tree.base, tree.blobPath(digest)), "utf8");

describe("the quarantine of a filesystem", () => {
  test("N-07 takes a blob out of the registry's sight and gives it back as it was", async () => {
    const digest = tree.blob("hello");
    expect(await storage.quarantineBlob(RUN, digest)).toBe(true);
    expect(await storage.statBlob(digest)).toBeNull();
    expect(await storage.readQuarantinedBlob(RUN, digest, limits)).toEqual({
      state: "read",
      body: Buffer.from("hello"),
    });
    expect(await storage.readQuarantinedBlob(RUN, digest, { maxBytes: 4 })).toEqual({
      state: "too_large",
      sizeBytes: 5,
    });
    expect(await storage.listQuarantines()).toEqual([RUN]);
    expect(await storage.listQuarantinedBlobs(RUN)).toEqual([{ digest, sizeBytes: 5 }]);

    expect(await storage.releaseBlob(RUN, digest)).toBe("returned");
    expect(textOf(digest)).toBe("hello");
    expect(await storage.releaseBlob(RUN, digest)).toBe("missing");
    expect(await storage.listQuarantines()).toEqual([]);
    expect(fs.existsSync(quarantine())).toBe(false);
  });

  test("N-07 leaves the directory of a quarantined blob, into which a registry may be about to move the same bytes", async () => {
    const digest = tree.blob("pushed again");
    await storage.quarantineBlob(RUN, digest);
    expect(tree.exists(path.dirname(tree.blobPath(digest)))).toBe(true);
  });

  test("N-07 says that a blob is gone, and does all again without harm", async () => {
    const digest = tree.blob("twice");
    expect(await storage.quarantineBlob(RUN, sha256Of("never there"))).toBe(false);
    expect(await storage.quarantineBlob(RUN, digest)).toBe(true);
    expect(await storage.quarantineBlob(RUN, digest)).toBe(false);
    expect(await storage.readQuarantinedBlob(RUN, digest, limits)).toMatchObject({ state: "read" });
    expect(await storage.purgeQuarantinedBlob(RUN, digest)).toBe(true);
    expect(await storage.purgeQuarantinedBlob(RUN, digest)).toBe(false);
    expect(await storage.readQuarantinedBlob(RUN, digest, limits)).toEqual({ state: "missing" });
    expect(await storage.listQuarantinedBlobs(RUN)).toEqual([]);
  });

  test("N-07 drops its copy where the registry has the content again, and replaces what a crash left half written", async () => {
    const [whole, half] = [tree.blob("pushed again"), tree.blob("half of it")];
    for (const digest of [whole, half]) await storage.quarantineBlob(RUN, digest);
    tree.blob("pushed again");
    tree.file(tree.blobPath(half), "half");
    expect(await storage.releaseBlob(RUN, whole)).toBe("dropped");
    expect(await storage.releaseBlob(RUN, half)).toBe("returned");
    expect([textOf(whole), textOf(half)]).toEqual(["pushed again", "half of it"]);
    expect(await storage.listQuarantines()).toEqual([]);
  });

  test("N-07 purges only its own copy, never what was pushed again, nor another run's", async () => {
    const digest = tree.blob("three copies");
    await storage.quarantineBlob(RUN, digest);
    tree.blob("three copies");
    await storage.quarantineBlob("run_2", digest);
    tree.blob("three copies");
    expect(await storage.listQuarantines()).toEqual([RUN, "run_2"]);
    expect(await storage.purgeQuarantinedBlob(RUN, digest)).toBe(true);
    expect(await storage.listQuarantinedBlobs("run_2")).toHaveLength(1);
    expect(textOf(digest)).toBe("three copies");
  });

  test("N-07 makes an end of what a kill between the file and its directory left", async () => {
    const [digest, other] = [tree.blob("a"), tree.blob("b")];
    for (const each of [digest, other]) await storage.quarantineBlob(RUN, each);
    const place = (each: string) => path.join(quarantine(), RUN, each.replace(":", "/"), "data");
    fs.rmSync(place(digest));
    expect(await storage.listQuarantinedBlobs(RUN)).toEqual([{ digest: other, sizeBytes: 1 }]);
    expect(fs.existsSync(path.dirname(place(digest)))).toBe(false);
    fs.rmSync(place(other));
    expect(await storage.listQuarantinedBlobs(RUN)).toEqual([]);
    expect(await storage.listQuarantines()).toEqual([]);
  });

  test("N-07 writes a revision and a tag's history again, whole, and no tag that is gone", async () => {
    const image = tree.image("acme/app", "untagged");
    tree.tag("acme/app", "v1", tree.image("acme/app", "kept").digest, [image.digest]);
    const history = `repositories/acme/app/_manifests/tags/v1/index/${image.digest.replace(":", "/")}`;
    await storage.deleteRevision("acme/app", image.digest);
    await storage.deleteTagHistoryEntry("acme/app", "v1", image.digest);
    expect([tree.hasRevision("acme/app", image.digest), tree.exists(history)]).toEqual([false, false]);

    await storage.restoreRevision("acme/app", image.digest);
    await storage.restoreTagHistoryEntry("acme/app", "v1", image.digest);
    await storage.restoreTagHistoryEntry("acme/app", "gone", image.digest);
    expect(await storage.hasRevision("acme/app", image.digest)).toBe(true);
    expect(fs.readFileSync(path.join(tree.base, history, "link"), "utf8")).toBe(image.digest);
    expect(fs.readdirSync(path.join(tree.base, history))).toEqual(["link"]);
    expect(tree.exists("repositories/acme/app/_manifests/tags/gone")).toBe(false);
  });

  test("N-07 writes a layer's link again, and says when a revision was written", async () => {
    const image = tree.image("acme/app", "an image");
    await storage.deleteLayerLink("acme/app", image.config);
    await storage.restoreLayerLink("acme/app", image.config);
    expect(await storage.hasLayerLink("acme/app", image.config)).toBe(true);
    const writtenAt = new Date("2026-01-01T00:00:00Z");
    fs.utimesSync(path.join(tree.base, tree.revisionDirectory("acme/app", image.digest), "link"), writtenAt, writtenAt);
    expect(await storage.revisionWrittenAt("acme/app", image.digest)).toBe(writtenAt.getTime());
    await storage.deleteRevision("acme/app", image.digest);
    expect(await storage.revisionWrittenAt("acme/app", image.digest)).toBeNull();
  });

  test("N-07 tells what it could not move or write, and leaves the blob where it was", async () => {
    const digest = tree.blob("stays");
    fs.writeFileSync(quarantine(), "a file where the quarantine should be");
    await expect(storage.quarantineBlob(RUN, digest)).rejects.toThrow(/^cannot move docker/);
    expect(textOf(digest)).toBe("stays");
    tree.file("repositories/acme/app/_manifests/revisions", "a file");
    await expect(storage.restoreRevision("acme/app", digest)).rejects.toBeInstanceOf(StorageWriteError);
  });

  test("N-07 never leaves its directory, whatever a run is called", async () => {
    const digest = tree.blob("hello");
    for (const runId of ["..", "a/b", ""]) {
      await expect(storage.quarantineBlob(runId, digest)).rejects.toBeInstanceOf(TypeError);
      await expect(storage.listQuarantinedBlobs(runId)).rejects.toBeInstanceOf(TypeError);
    }
  });
});
