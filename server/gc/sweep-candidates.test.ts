import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FilesystemStorage } from "@/server/platform/storage/filesystem-storage";
import { markTree, temporaryRoot } from "@/testing/storage/collect";
import { StorageTree } from "@/testing/storage/storage-tree";
import { type Candidate, inBatches } from "./candidate-list";
import { type SweptItem, sweepCandidates } from "./sweep-candidates";

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

const noCheck = async () => {};

function blobCandidates(count: number): Candidate[] {
  return Array.from({ length: count }, (_, i) => {
    const content = `garbage ${i}`;
    return { kind: "blob", repositoryName: "", tag: "", digest: tree.blob(content), sizeBytes: content.length };
  });
}

describe("sweepCandidates", () => {
  it("removes in batches of one kind, revisions first", async () => {
    tree.image("app", "untagged");
    const { found } = await markTree(tree.root, { deleteUntagged: true });
    const batches = [...inBatches(found.candidates, 2)];
    expect(batches.map((batch) => [...new Set(batch.map(({ kind }) => kind))])).toEqual([
      ["revision"],
      ["blob"],
      ["blob"],
      ["layer_link"],
    ]);
    expect(batches.flat()).toEqual(found.candidates);
  });

  it("stops at once when it is cancelled, and tells exactly what it had done", async () => {
    const candidates = blobCandidates(60);
    const controller = new AbortController();
    const told: SweptItem[] = [];
    const outcome = await sweepCandidates(storage, inBatches(candidates, 20), {
      beforeBatch: noCheck,
      onBatch: async (done) => {
        told.push(...done);
        if (told.length >= 20) controller.abort(new Error("cancelled"));
      },
      signal: controller.signal,
      nowMs: () => 0,
    });
    expect(outcome.end).toBe("aborted");
    expect(told).toHaveLength(20);
    const gone = candidates.filter(({ digest }) => !tree.hasBlob(digest));
    expect(new Set(gone)).toEqual(new Set(told.map(({ candidate }) => candidate)));
  });

  it("tells a batch that was cut short", async () => {
    const candidates = blobCandidates(40);
    let moment = 0;
    const told: SweptItem[] = [];
    const outcome = await sweepCandidates(storage, inBatches(candidates, 40), {
      beforeBatch: noCheck,
      onBatch: async (done) => void told.push(...done),
      timeBoxAtMs: 15,
      nowMs: () => moment++,
    });
    expect(outcome.end).toBe("time_boxed");
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBe(candidates.filter(({ digest }) => !tree.hasBlob(digest)).length);
    expect(told.length).toBeLessThan(40);
  });

  it("stops within a batch when this process stood still past its lease", async () => {
    const candidates = blobCandidates(40);
    let asked = 0;
    const told: SweptItem[] = [];
    const outcome = await sweepCandidates(storage, inBatches(candidates, 40), {
      beforeBatch: noCheck,
      onBatch: async (done) => void told.push(...done),
      nowMs: () => 0,
      isLeaseValid: () => ++asked <= 10,
    });
    expect(outcome.end).toBe("lease_expired");
    expect(told.length).toBe(candidates.filter(({ digest }) => !tree.hasBlob(digest)).length);
    expect(told.length).toBeLessThanOrEqual(10);
  });

  it("touches nothing of a batch whose check fails", async () => {
    const candidates = blobCandidates(10);
    const sweeping = sweepCandidates(storage, inBatches(candidates, 5), {
      beforeBatch: async (batch) => {
        if (batch[0] !== candidates[0]) throw new Error("another epoch");
      },
      onBatch: noCheck,
      nowMs: () => 0,
    });
    await expect(sweeping).rejects.toThrow("another epoch");
    expect(candidates.map(({ digest }) => tree.hasBlob(digest))).toEqual(candidates.map((_, i) => i >= 5));
  });

  it("ends in the same state when a journal is played twice", async () => {
    const candidates = blobCandidates(10);
    const outcomes: string[] = [];
    const sweep = () =>
      sweepCandidates(storage, inBatches(candidates, 4), {
        beforeBatch: noCheck,
        onBatch: async (done) => void outcomes.push(...done.map(({ outcome }) => outcome)),
        nowMs: () => 0,
      });
    expect((await sweep()).end).toBe("done");
    expect((await sweep()).end).toBe("done");
    expect(outcomes).toEqual([...Array(10).fill("removed"), ...Array(10).fill("was_gone")]);
  });

  it("leaves blobs alone after a revision could not be removed, and goes on with other failures", async () => {
    const image = tree.image("app", "untagged");
    // A directory where the link file should be cannot be unlinked, not even by root.
    fs.rmSync(path.join(tree.base, tree.revisionDirectory("app", image.digest), "link"));
    tree.directory(`${tree.revisionDirectory("app", image.digest)}/link/x`);
    const revision: Candidate = {
      kind: "revision",
      repositoryName: "app",
      tag: "",
      digest: image.digest,
      sizeBytes: 0,
    };
    const blobs = blobCandidates(3);
    const blocked = await sweepCandidates(storage, inBatches([revision, ...blobs], 10), {
      beforeBatch: noCheck,
      onBatch: noCheck,
      nowMs: () => 0,
    });
    expect(blocked.end).toBe("revision_failed");
    expect(blocked.failures.map(({ candidate }) => candidate)).toEqual([revision]);
    expect(blobs.every(({ digest }) => tree.hasBlob(digest))).toBe(true);

    const stuck = blobs[0]?.digest ?? "";
    fs.rmSync(path.join(tree.base, tree.blobPath(stuck)));
    tree.directory(`${tree.blobPath(stuck)}/x`);
    const partial = await sweepCandidates(storage, inBatches(blobs, 10), {
      beforeBatch: noCheck,
      onBatch: noCheck,
      nowMs: () => 0,
    });
    expect(partial.failures.map(({ candidate }) => candidate.digest)).toEqual([stuck]);
    expect(blobs.filter(({ digest }) => tree.exists(tree.blobPath(digest))).map(({ digest }) => digest)).toEqual([
      stuck,
    ]);
  });

  it("keeps a layer link whose blob came back", async () => {
    const layer = tree.layer("app", "layer");
    const link: Candidate = { kind: "layer_link", repositoryName: "app", tag: "", digest: layer.digest, sizeBytes: 0 };
    const told: SweptItem[] = [];
    await sweepCandidates(storage, [[link]], {
      beforeBatch: noCheck,
      onBatch: async (done) => void told.push(...done),
      nowMs: () => 0,
    });
    expect(told.map(({ outcome }) => outcome)).toEqual(["kept"]);
    expect(tree.hasLayerLink("app", layer.digest)).toBe(true);
  });
});
