import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { FilesystemStorage } from "@/server/platform/storage/filesystem-storage";
import { collectTree, MemoryReferenceCache, markTree, temporaryRoot, withoutThreads } from "@/testing/storage/collect";
import type { Policy } from "@/testing/storage/expected-garbage";
import { EDGE_CASES, type GeneratedTree, generateStorage } from "@/testing/storage/generate-storage";
import { StorageTree } from "@/testing/storage/storage-tree";
import { verifyClosure } from "@/testing/storage/verify-closure";
import { scanStorage } from "./scan-storage";

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

describe("D-14 R-10 K-06 a collection sweeps exactly what the generator calls garbage", () => {
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

  it.each([51, 52, 53])("trees of other shapes, both policies, seed %i", { timeout: 60_000 }, async (seed) => {
    const shape = {
      repositories: 1 + (seed % 3) * 2,
      tagsPerRepository: 12 - (seed % 3) * 4,
      indexShare: (seed % 3) * 0.4,
      overwrittenShare: 0.5,
      deletedShare: 0.3,
      edges: EDGE_CASES.filter((_, i) => (seed + i) % 2 === 0),
    };
    for (const policy of policies) await expectExact(generateStorage(newRoot(), { ...shape, seed }), policy);
  });

  describe.each(EDGE_CASES)("edge case %s", (edge) => {
    it.each(policies)("policy $policy", async (policy) => {
      const tree = generateStorage(newRoot(), { repositories: 1, tagsPerRepository: 3, seed: 13, edges: [edge] });
      await expectExact(tree, policy);
    });
  });
});

describe("R-10 threads see what the storage's own calls see", () => {
  const inOrder = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();

  it.each([41, 42])("of a tree with every edge case and oddity, seed %i", { timeout: 60_000 }, async (seed) => {
    const shape = { repositories: 2, tagsPerRepository: 5, seed, edges: EDGE_CASES };
    const { root } = generateStorage(newRoot(), shape);
    addOddities(new StorageTree(root));
    // In the middle of what was written: times count.
    const keepWrittenAfterMs = fs.statSync(path.join(root, "docker/registry/v2/repositories/team-0/app-0")).mtimeMs;
    for (const policy of [
      { deleteUntagged: true },
      { deleteUntagged: false },
      { deleteUntagged: true, keepWrittenAfterMs },
    ]) {
      const [ours, theirs] = [
        await markTree(root, policy),
        await markTree(root, policy, new MemoryReferenceCache(), withoutThreads(new FilesystemStorage(root))),
      ];
      expect(inOrder(ours.found.candidates)).toEqual(inOrder(theirs.found.candidates));
      expect(inOrder(ours.oddities)).toEqual(inOrder(theirs.oddities));
      expect(inOrder(ours.found.emptyBlobDirectories)).toEqual(inOrder(theirs.found.emptyBlobDirectories));
      expect(inOrder(ours.scan.emptyRevisionDirectories)).toEqual(inOrder(theirs.scan.emptyRevisionDirectories));
      expect(new Set(ours.oddities.map(({ kind }) => kind)).size).toBeGreaterThan(7);
    }
  });

  it("of manifests that an online collection has taken into its quarantine", async () => {
    const tree = new StorageTree(newRoot());
    const image = tree.image("app", "taken away");
    const storage = new FilesystemStorage(tree.root);
    await storage.quarantineBlob("run_1", image.digest);
    for (const seen of [storage, withoutThreads(storage)]) {
      const options = { cache: new MemoryReferenceCache(), withLinkTimes: false };
      const without = await scanStorage(seen, options);
      expect(without.oddities.map(({ kind }) => kind)).toEqual(["manifest_missing"]);
      const scan = await scanStorage(seen, { ...options, quarantineRunId: "run_1" });
      expect(scan.oddities).toEqual([]);
      const { graph } = scan;
      const references = [...graph.referencesOf(graph.digests.find(image.digest))].map((id) =>
        graph.digests.digestOf(id),
      );
      expect(references.sort()).toEqual([image.config, ...image.layers.map(({ digest }) => digest)].sort());
      // Known by now: it need not be read, and is not missing either.
      const again = await scanStorage(seen, { ...options, quarantineRunId: "run_1" });
      expect([again.manifestsRead, again.oddities]).toEqual([0, []]);
    }
  });
});

/** Whatever a crash, a bug or a person could leave in a registry's storage. */
function addOddities(tree: StorageTree): void {
  const [a, b] = [tree.image("odd/app", "a"), tree.image("odd/app", "b")];
  tree.tag("odd/app", "both", a.digest, [b.digest]);
  tree.revision("odd/app", b.digest, "");
  tree.revision("odd/app", tree.image("odd/app", "contradictory").digest, `${a.digest}x`);
  tree.revision("odd/app", tree.blob("no manifest at all"));
  tree.revision("odd/app", `sha256:${"0".repeat(64)}`);
  tree.revision("odd/app", tree.json({ schemaVersion: 2, mediaType: "text/x-unknown", layers: [] }).digest);
  tree.image("odd/app", "names sha512", { extra: { annotations: { x: `sha512:${"5".repeat(128)}` } } });
  tree.tag("odd/app", "unclear", a.digest, [b.digest]);
  for (const [file, content] of Object.entries({
    "_manifests/tags/unclear/current/link": "no digest",
    "_manifests/tags/both/index/sha256/junk": "a file",
    "_manifests/tags/unclear/index/md5/x": "a file",
    "_manifests/tags/a-file": "a file",
    "_manifests/revisions/sha256/not-a-digest/link": "x",
    [`_manifests/revisions/sha256/${"1".repeat(64)}`]: "a file",
    "_manifests/revisions/sha256.tmp/x": "x",
    [`_layers/sha512/${"6".repeat(128)}/link`]: a.config,
    [`_layers/sha512/${"7".repeat(128)}/link`]: "no digest",
    "_layers/sha256/half.tmp/link": "x",
  }))
    tree.file(`repositories/odd/app/${file}`, content);
  tree.directory("repositories/odd/app/_manifests/tags/empty");
  tree.file("blobs/sha256/zz/x", "x");
  tree.file(`blobs/sha256/00/${"g".repeat(64)}/data`, "x");
  tree.file(`blobs/sha256/00/01${"0".repeat(62)}/data`, "in the wrong shard");
}

describe("R-10 what is known of a manifest is not read again", () => {
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

  it("and tells of it what it told before, though it does not read it", async () => {
    const tree = new StorageTree(newRoot());
    const unknown = tree.json({ schemaVersion: 2, mediaType: "text/x-unknown", layers: [] }).digest;
    tree.revision("app", unknown);
    const gone = tree.image("app", "gone");
    const cache = new MemoryReferenceCache();
    const told = async () => {
      const { oddities, scan } = await markTree(tree.root, {}, cache);
      return [scan.manifestsRead, ...oddities.map(({ kind, path: place }) => `${kind} ${place}`).sort()];
    };
    expect(await told()).toEqual([2, `manifest_type_unknown ${unknown}`]);
    tree.remove(path.dirname(tree.blobPath(gone.digest)));
    expect(await told()).toEqual([0, `manifest_missing ${gone.digest}`, `manifest_type_unknown ${unknown}`]);
    // It comes back whole, since what it refers to stayed.
    expect([tree.hasBlob(gone.config), (await markTree(tree.root, {}, cache)).garbage]).toEqual([true, []]);
  });
});
