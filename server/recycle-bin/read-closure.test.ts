import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { IncompleteImage, ManifestBudget, readClosure } from "./read-closure";
import type { RegistrySight } from "./registry-sight";

const MEDIA_TYPE = "application/vnd.oci.image.index.v1+json";

/** An index that lists nothing, and what tells of it alone. */
function soleIndex() {
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE, manifests: [] }));
  const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
  const readManifest: RegistrySight["readManifest"] = async (_, reference) =>
    reference === digest ? { digest, mediaType: MEDIA_TYPE, body } : null;
  return { body, digest, sight: { readManifest } as RegistrySight };
}

test("R-05 images whose manifests do not fit in memory together are left alone", async () => {
  const { body, digest, sight } = soleIndex();
  const budget = new ManifestBudget(2 * body.length);
  const read = () =>
    readClosure(sight, "acme/api", digest, { fallbackTags: new Map(), findReferrers: async () => [], budget });
  expect((await read())?.manifests).toHaveLength(1);
  expect((await read())?.manifests).toHaveLength(1);
  await expect(read()).rejects.toThrow(IncompleteImage);
});
