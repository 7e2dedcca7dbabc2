import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BuiltImage, buildImage, buildLayer } from "@/scripts/demo/oci-image";
import { createImagePusher, type ImagePusher } from "@/scripts/demo/push-image";
import { createDistributionAdapter } from "@/server/platform/registry/distribution-adapter";
import type { RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import { noAuthorizer } from "@/server/platform/registry/registry-authorizer";
import { FilesystemStorage } from "@/server/platform/storage/filesystem-storage";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { createRegistrySight, type RegistrySight } from "./registry-sight";

let registry: TestRegistry;
let adapter: RegistryAdapter;
let pusher: ImagePusher;
let overStorage: RegistrySight;
let overApi: RegistrySight;

beforeAll(async () => {
  registry = await startTestRegistry();
  adapter = createDistributionAdapter({ url: registry.url, authorizer: noAuthorizer(), storageRoot: null });
  pusher = createImagePusher({ registryUrl: registry.url, username: null, password: null });
  overStorage = createRegistrySight(adapter, new FilesystemStorage(registry.storageRoot));
  overApi = createRegistrySight(adapter, null);
});
afterAll(async () => {
  adapter.close();
  pusher.close();
  await registry.stop();
});

async function push(repository: string, ...tags: string[]): Promise<BuiltImage> {
  const layers = [await buildLayer(repository, [{ path: "app", sizeBytes: 9_000 }])];
  const platform = { os: "linux", architecture: "amd64" };
  const image = buildImage({ layers, platform, createdAt: new Date(0), labels: { repository } });
  for (const tag of tags) await pusher.push(repository, image, tag);
  return image;
}

const fileOf = (...parts: string[]) => path.join(registry.storageRoot, "docker/registry/v2", ...parts);
const tagLink = (repository: string, tag: string) =>
  fileOf("repositories", repository, "_manifests/tags", tag, "current/link");
const dataOf = (digest: string) => {
  const hex = digest.slice("sha256:".length);
  return fileOf("blobs/sha256", hex.slice(0, 2), hex, "data");
};

/** Everything that a sight tells of a repository. */
async function tell(sight: RegistrySight, repository: string, image: BuiltImage) {
  const manifest = await sight.readManifest(repository, image.digest);
  return {
    names: await sight.listTagNames(repository),
    targets: [await sight.tagTarget(repository, "v1"), await sight.tagTarget(repository, "none")],
    has: [
      await sight.hasManifest(repository, image.digest),
      await sight.hasManifest(repository, `sha256:${"0".repeat(64)}`),
    ],
    byTag: (await sight.readManifest(repository, "v1"))?.digest,
    manifest: [manifest?.digest, manifest?.mediaType, manifest?.body.toString("utf8")],
    missing: manifest === null ? null : await sight.missingOf(repository, [manifest]),
  };
}

describe("R-05 what the storage tells", () => {
  test("is what the API tells", async () => {
    const image = await push("acme/alike", "v1", "latest");
    const told = await tell(overStorage, "acme/alike", image);
    expect(told).toEqual(await tell(overApi, "acme/alike", image));
    expect(told).toMatchObject({
      names: ["latest", "v1"],
      targets: [image.digest, null],
      has: [true, false],
      missing: [],
    });
  });

  test("counts nowhere it is in doubt: a tag's link that is being written, a storage that is not there", async () => {
    const image = await push("acme/doubt", "v1");
    const elsewhere = createRegistrySight(adapter, new FilesystemStorage(path.join(registry.storageRoot, "nowhere")));
    expect(await tell(elsewhere, "acme/doubt", image)).toEqual(await tell(overApi, "acme/doubt", image));
    writeFileSync(tagLink("acme/doubt", "v1"), "");
    const asked: string[] = [];
    const watched = createRegistrySight(
      {
        ...adapter,
        resolve: async (repository, reference) => {
          asked.push(`${repository}:${reference}`);
          return null;
        },
      },
      new FilesystemStorage(registry.storageRoot),
    );
    expect(await watched.tagTarget("acme/doubt", "v1")).toBeNull();
    expect(asked).toEqual(["acme/doubt:v1"]);
  });

  test("says that a copy lacks something wherever the API says so", async () => {
    const image = await push("acme/lost", "v1");
    const manifest = await overStorage.readManifest("acme/lost", image.digest);
    if (manifest === null) throw new Error("it was just pushed");
    const layer = image.blobs.at(-1)?.digest ?? "";
    rmSync(dataOf(layer));
    expect(await overStorage.missingOf("acme/lost", [manifest])).toMatchObject([{ kind: "blob", digest: layer }]);
    await adapter.deleteManifest("acme/lost", image.digest);
    expect(await overStorage.hasManifest("acme/lost", image.digest)).toBe(false);
    const lacks = (await overStorage.missingOf("acme/lost", [manifest])).map((one) => one.kind).sort();
    expect(lacks).toEqual(["blob", "manifest"]);
  });
});
