import { afterEach, beforeEach, expect, test } from "vitest";
import { collectTree, temporaryRoot } from "@/testing/storage/collect";
import { type Described, StorageTree } from "@/testing/storage/storage-tree";
import { verifyClosure } from "@/testing/storage/verify-closure";

let tree: StorageTree;
let remove: () => void;

beforeEach(() => {
  const temporary = temporaryRoot();
  remove = temporary.remove;
  tree = new StorageTree(temporary.root);
});
afterEach(() => remove());

/** A Helm chart as `helm push` stores it: its own config type, and one layer that is the packed chart. */
function chart(repository: string, name: string): { manifest: Described; contents: string[] } {
  const content = {
    ...tree.layer(repository, `chart ${name}`),
    mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
  };
  const config = tree.json({ name, version: "1.0.0", apiVersion: "v2" });
  tree.layerLink(repository, config.digest);
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = tree.json({
    ...{ schemaVersion: 2, mediaType },
    config: { mediaType: "application/vnd.cncf.helm.config.v1+json", ...config },
    layers: [content],
  });
  tree.revision(repository, manifest.digest);
  return { manifest: { ...manifest, mediaType }, contents: [config.digest, content.digest] };
}

test.each([false, true])(
  "AL-02 a chart that has a tag stays whole, and one that has none goes only as untagged manifests do (%s)",
  async (deleteUntagged) => {
    const kept = chart("charts/web", "web");
    tree.tag("charts/web", "1.0.0", kept.manifest.digest);
    const expired = chart("charts/web", "web of before");
    const image = tree.image("acme/web", "web");
    tree.tag("acme/web", "v1", image.digest);
    const orphan = tree.blob("nothing names this");
    const { sweep } = await collectTree(tree.root, { deleteUntagged });
    expect(sweep).toEqual({ end: "done", failures: [] });
    expect(verifyClosure(tree.root)).toMatchObject({ tags: 2, brokenTags: 0 });
    expect(tree.hasBlob(orphan)).toBe(false);
    expect(kept.contents.every((digest) => tree.hasBlob(digest))).toBe(true);
    expect(tree.hasRevision("charts/web", expired.manifest.digest)).toBe(!deleteUntagged);
    for (const digest of expired.contents) expect(tree.hasBlob(digest)).toBe(!deleteUntagged);
  },
);
