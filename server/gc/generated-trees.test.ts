import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { collectTree, MemoryReferenceCache, markTree, temporaryRoot } from "@/testing/storage/collect";
import type { Policy } from "@/testing/storage/expected-garbage";
import { EDGE_CASES, type GeneratedTree, generateStorage } from "@/testing/storage/generate-storage";
import { verifyClosure } from "@/testing/storage/verify-closure";

const cleanups: (() => void)[] = [];
// Removing 40,000 files and directories takes a busy machine longer than a hook is given by itself.
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
}, 120_000);

function newRoot(): string {
  const { root, remove } = temporaryRoot();
  cleanups.push(remove);
  return root;
}

function blobsOnDisk(root: string): string[] {
  const base = path.join(root, "docker/registry/v2/blobs/sha256");
  const hexes = fs.readdirSync(base).flatMap((shard) => fs.readdirSync(path.join(base, shard)));
  return hexes.map((hex) => `sha256:${hex}`).sort();
}

const policies: { policy: Policy; deleteUntagged: boolean }[] = [
  { policy: "all", deleteUntagged: false },
  { policy: "tagged", deleteUntagged: true },
];

async function expectExact(tree: GeneratedTree, { policy, deleteUntagged }: (typeof policies)[number]) {
  const expected = tree.expected[policy];
  const brokenBefore = Object.keys(verifyClosure(tree.root).broken);
  const before = blobsOnDisk(tree.root);
  const collected = await collectTree(tree.root, { deleteUntagged });
  expect(collected.garbage).toEqual(expected.garbage);
  expect(collected.garbageBytes).toBe(expected.garbageBytes);
  expect(collected.removedRevisions).toEqual(expected.removedRevisions);
  expect(collected.sweep).toEqual({ end: "done", failures: [] });
  expect(Object.keys(verifyClosure(tree.root).broken)).toEqual(brokenBefore);
  const gone = new Set([...expected.garbage, ...collected.found.emptyBlobDirectories]);
  expect(blobsOnDisk(tree.root)).toEqual(before.filter((digest) => !gone.has(digest)));
  const again = await markTree(tree.root, { deleteUntagged });
  expect(again.found.candidates).toEqual([]);
}

describe("a collection sweeps exactly what the generator calls garbage", () => {
  it("20 repositories of 60 tags: the list of both policies, then the sweep of the larger one", {
    timeout: 120_000,
  }, async () => {
    const tree = generateStorage(newRoot(), { seed: 11 });
    expect(tree.expected.all.garbage.length).toBeGreaterThan(500);
    const plain = await markTree(tree.root);
    expect(plain.garbage).toEqual(tree.expected.all.garbage);
    expect(plain.removedRevisions).toEqual([]);
    await expectExact(tree, { policy: "tagged", deleteUntagged: true });
  });

  it.each(policies)("all edge cases together beside ordinary repositories, policy $policy", async (policy) => {
    const tree = generateStorage(newRoot(), {
      repositories: 3,
      tagsPerRepository: 10,
      seed: 12,
      sparseLayers: false,
      edges: EDGE_CASES,
    });
    await expectExact(tree, policy);
  });

  describe.each(EDGE_CASES)("edge case %s", (edge) => {
    it.each(policies)("policy $policy", async (policy) => {
      const tree = generateStorage(newRoot(), { repositories: 1, tagsPerRepository: 3, seed: 13, edges: [edge] });
      await expectExact(tree, policy);
    });
  });
});

describe("what is known of a manifest is not read again", () => {
  it("reads every manifest once, then none, and finds the same", async () => {
    const tree = generateStorage(newRoot(), { repositories: 3, tagsPerRepository: 10, seed: 14 });
    const cache = new MemoryReferenceCache();
    const first = await markTree(tree.root, { deleteUntagged: true }, cache);
    const second = await markTree(tree.root, { deleteUntagged: true }, cache);
    expect(first.scan.manifestsRead).toBe(tree.revisions);
    expect(second.scan.manifestsRead).toBe(0);
    expect(second.garbage).toEqual(first.garbage);
    expect(second.garbage).toEqual(tree.expected.tagged.garbage);
  });
});
