import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DIGEST_WORDS, digestToWords } from "@/domain/gc/digest-words";
import { temporaryRoot } from "@/testing/storage/collect";
import { StorageTree } from "@/testing/storage/storage-tree";
import { FilesystemStorage } from "./filesystem-storage";
import type { StorageEntry } from "./remove-entry";
import { removeInThreads, StorageInThreads } from "./storage-in-threads";
import { endIdleThreads } from "./storage-threads";
import { ThreadGate } from "./thread-gate";

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

function blobs(count: number): StorageEntry[] {
  return Array.from({ length: count }, (_, i) => {
    return { kind: "blob" as const, repositoryName: "", tag: "", digest: tree.blob(`blob ${i}`) };
  });
}
const left = (entries: readonly StorageEntry[]) => entries.filter(({ digest }) => tree.hasBlob(digest)).length;

describe("D-22 N-06 removeInThreads", () => {
  it("removes all, tells of each, and a second time that it was gone", async () => {
    const entries = blobs(50);
    const removal = await removeInThreads(storage, entries, new ThreadGate());
    expect(removal).toEqual({ results: entries.map(() => ({ outcome: "removed" })), error: null });
    expect(left(entries)).toBe(0);
    const again = await removeInThreads(storage, entries, new ThreadGate());
    expect(again?.results).toEqual(entries.map(() => ({ outcome: "was_gone" })));
  });

  it("tells of each entry what became of that one, in whichever order they went", async () => {
    const entries = blobs(301);
    const gone = entries.filter((_, i) => i % 7 === 3 || i === 300);
    await removeInThreads(storage, gone, new ThreadGate());
    const removal = await removeInThreads(storage, entries, new ThreadGate());
    expect(removal?.results).toEqual(
      entries.map((entry) => ({ outcome: gone.includes(entry) ? "was_gone" : "removed" })),
    );
  });

  it("has threads for what comes after those that had nothing to do were ended, and ends none that works", async () => {
    const [first, second] = [blobs(40), blobs(80).slice(40)];
    const working = removeInThreads(storage, first, new ThreadGate());
    endIdleThreads();
    expect((await working)?.error).toBeNull();
    endIdleThreads();
    expect((await removeInThreads(storage, second, new ThreadGate()))?.error).toBeNull();
    expect(left(first) + left(second)).toBe(0);
  });

  it("touches nothing behind a gate that is stopped, or whose time is over", async () => {
    const entries = blobs(8);
    const stopped = new ThreadGate();
    stopped.stop();
    stopped.openUntil(Date.now() + 60_000);
    const over = new ThreadGate();
    over.openUntil(Date.now() - 1);
    for (const gate of [stopped, over])
      expect(await removeInThreads(storage, entries, gate)).toEqual({
        results: entries.map(() => undefined),
        error: null,
      });
    expect(left(entries)).toBe(8);
    over.openUntil(Date.now() + 60_000);
    await removeInThreads(storage, entries, over);
    expect(left(entries)).toBe(0);
  });

  it("stops in the middle, and what it tells is what it did", { timeout: 60_000 }, async () => {
    const entries = blobs(1_500);
    const gate = new ThreadGate();
    const removing = removeInThreads(storage, entries, gate);
    const first = entries[0]?.digest ?? "";
    const deadline = Date.now() + 20_000;
    while (tree.hasBlob(first) && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    gate.stop();
    const removal = await removing;
    const told = removal?.results.filter((result) => result !== undefined).length ?? 0;
    expect(told).toBe(entries.length - left(entries));
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(entries.length);
  });

  it("tells what it could not remove, without the place on the server, and goes on", async () => {
    const entries = blobs(6);
    const stuck = entries[2]?.digest ?? "";
    fs.rmSync(path.join(tree.base, tree.blobPath(stuck)));
    tree.directory(`${tree.blobPath(stuck)}/x`);
    const removal = await removeInThreads(storage, entries, new ThreadGate());
    const failure = removal?.results[2];
    expect(failure && "failure" in failure ? failure.failure : null).toMatchObject({
      name: "StorageWriteError",
      path: expect.stringContaining(stuck.slice(7)),
      message: expect.not.stringContaining(tree.root),
    });
    expect(removal?.results.filter((result) => result && "outcome" in result)).toHaveLength(5);
  });
});

describe("D-22 StorageInThreads", () => {
  it("ends with the signal's reason, at once", async () => {
    for (let i = 0; i < 120; i++) tree.image(`team/app-${i % 30}`, `image ${i}`);
    const names = await storage.listRepositories();
    const controller = new AbortController();
    const threads = StorageInThreads.of(storage, controller.signal);
    const seen: string[] = [];
    const read = async () => {
      for await (const { listing } of threads?.repositories(names, { withLinkTimes: true, withTagHistories: true }) ??
        []) {
        seen.push(...listing.repositories.map(({ name }) => name));
        controller.abort(new Error("cancelled"));
      }
    };
    await expect(read()).rejects.toThrow("cancelled");
    expect(seen.length).toBeLessThan(names.length);
  });

  it("fails with what cannot be read, and where", async () => {
    tree.blob("a blob");
    tree.image("app", "image");
    fs.rmSync(path.join(tree.base, "repositories/app/_manifests/revisions/sha256"), { recursive: true });
    tree.file("repositories/app/_manifests/revisions/sha256", "a file");
    const threads = StorageInThreads.of(storage);
    const reading = threads?.repositories(["app"], { withLinkTimes: false, withTagHistories: false }).next();
    await expect(reading).rejects.toMatchObject({
      name: "StorageReadError",
      path: "docker/registry/v2/repositories/app/_manifests/revisions/sha256",
      message: expect.not.stringContaining(tree.root),
    });
  });

  it("is heard once where a later part fails before an earlier one has ended", { timeout: 30_000 }, async () => {
    // A job takes a thousand: the second has one, which cannot be read.
    const digests = blobs(1_001).map(({ digest }) => digest);
    const stuck = digests.at(-1) ?? "";
    fs.rmSync(path.join(tree.base, tree.blobPath(stuck)));
    tree.directory(tree.blobPath(stuck));
    const words = new Uint32Array(digests.length * DIGEST_WORDS);
    digests.forEach((digest, at) => {
      digestToWords(digest, words, at * DIGEST_WORDS);
    });
    const unheard: unknown[] = [];
    const note = (error: unknown) => unheard.push(error);
    process.on("unhandledRejection", note);
    try {
      const read = async () => {
        for await (const _ of StorageInThreads.of(storage)?.manifests(words, [], null) ?? []);
      };
      await expect(read()).rejects.toMatchObject({ name: "StorageReadError" });
    } finally {
      process.off("unhandledRejection", note);
    }
    expect(unheard).toEqual([]);
  });
});
