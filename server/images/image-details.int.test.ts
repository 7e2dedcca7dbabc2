import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildImage, buildIndex, buildLayer, buildSbom, buildSignature, signatureTag } from "@/scripts/demo/oci-image";
import { createImagePusher, type ImagePusher } from "@/scripts/demo/push-image";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { closeRegistries } from "@/server/registries/open-registry";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { crawlRegistry } from "./crawl-registry";
import { getImage } from "./get-image";
import { getImageConfig } from "./get-image-config";
import { getImageManifest } from "./get-image-manifest";

let database: TestDatabase;
let registry: TestRegistry;
let pusher: ImagePusher;
let tenant: TestTenant;
let stranger: TestTenant;

const linux = (architecture: string) => ({ os: "linux", architecture });
const base = () => buildLayer("base", [{ path: "bin/sh", sizeBytes: 40_000 }]);
const own = (seed: string) => buildLayer(seed, [{ path: "app", sizeBytes: 20_000 }]);
async function image(seed: string, architecture = "amd64") {
  return buildImage({ layers: [await base(), await own(seed)], platform: linux(architecture), createdAt: new Date(0) });
}

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  registry = await startTestRegistry();
  pusher = createImagePusher({ registryUrl: registry.url, username: null, password: null });
  tenant = await createTestTenant({ name: "acme", registryUrl: registry.url, storageRoot: registry.storageRoot });
  stranger = await createTestTenant({ name: "umbrella", prefix: "umbrella", registryId: tenant.registryId });
});
afterAll(async () => {
  pusher?.close();
  closeRegistries();
  await closeQueues();
  await disconnectPrisma();
  await registry?.stop();
  await database.drop();
});

const ask = (repository: string, digest: string, of: TestTenant = tenant) => ({
  spaceId: of.spaceId,
  repository,
  digest,
});
const read = (repository: string, digest: string) => getImage(tenant.scope, ask(repository, digest));
const crawl = () => crawlRegistry(tenant.registryId, new AbortController().signal);

test("R-02 R-04 layers say how many other images use them: platforms of one index count once, its own siblings not at all", async () => {
  const amd = await image("multi-amd");
  const arm = await image("multi-arm", "arm64");
  const index = buildIndex({
    children: [
      { platform: linux("amd64"), image: amd },
      { platform: linux("arm64"), image: arm },
    ],
    annotations: {},
  });
  const single = await image("single");
  await pusher.push("acme/web", index, "multi");
  await pusher.push("acme/web", single, "v1");
  await pusher.push("acme/other", single, "v1");
  await crawl();

  const one = await read("acme/web", single.digest);
  // The base is in the index (one image, two platforms) and in the copy of the image in the other repository.
  expect(one.layers.map(({ otherImages }) => otherImages)).toEqual([2, 1]);
  expect(one.image).toMatchObject({ digest: single.digest, tags: ["v1"], kind: "image" });
  expect(one.tags.map(({ name }) => name)).toEqual(["v1"]);

  const child = await read("acme/web", amd.digest);
  expect(child.layers.map(({ otherImages }) => otherImages)).toEqual([2, 0]);
  expect(child.image).toBeNull();
  expect(child.belongsTo).toEqual([{ digest: index.digest, as: "platform", tag: "multi" }]);
  expect(child.platform).toBe("linux/amd64");

  const whole = await read("acme/web", index.digest);
  expect(whole.layers).toEqual([]);
  expect(whole.children).toEqual([
    expect.objectContaining({ digest: amd.digest, platform: "linux/amd64", isMissing: false }),
    expect.objectContaining({ digest: arm.digest, platform: "linux/arm64", isMissing: false }),
  ]);
  const blobs = [...child.layers, ...(child.config ? [child.config] : [])];
  expect(whole.children[0]?.sizeBytes).toBe(blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, child.manifestBytes));
});

test("N-02 referrers are shown under their subject, by subject field and by fallback tag, and lead back to it", async () => {
  const signed = await image("signed");
  await pusher.push("acme/signed", signed, "v1");
  const signature = buildSignature({ repository: "acme/signed", signed, createdAt: new Date(0) });
  await pusher.push("acme/signed", signature, signatureTag(signed.digest));
  const sbom = buildSbom({ subject: signed, packages: ["zod"] });
  await pusher.push("acme/signed", sbom, null);
  await crawl();

  const details = await read("acme/signed", signed.digest);
  const ties = new Map(details.referrers.map((referrer) => [referrer.digest, referrer.tag]));
  expect(ties).toEqual(
    new Map([
      [signature.digest, signatureTag(signed.digest)],
      [sbom.digest, null],
    ]),
  );
  expect((await read("acme/signed", sbom.digest)).belongsTo).toEqual([
    { digest: signed.digest, as: "referrer", tag: "v1" },
  ]);
  expect((await read("acme/signed", signature.digest)).belongsTo).toMatchObject([
    { digest: signed.digest, as: "referrer" },
  ]);
});

test("K-31 manifest and config come from the registry as they are now, and what cannot be shown says why", async () => {
  const plain = await image("plain");
  await pusher.push("acme/plain", plain, "v1");
  await crawl();
  const manifest = await getImageManifest(tenant.scope, ask("acme/plain", plain.digest));
  expect(manifest).toMatchObject({
    text: plain.body.toString("utf8"),
    sizeBytes: plain.body.byteLength,
    problem: null,
  });
  const { config, problem } = await getImageConfig(tenant.scope, ask("acme/plain", plain.digest));
  expect(problem).toBeNull();
  expect(config).toMatchObject({ platform: "linux/amd64", isCut: false });
  expect(config?.history.filter(({ layer }) => layer !== null)).toHaveLength(2);

  const { config: blob } = await read("acme/plain", plain.digest);
  const hex = blob?.digest.slice(7) ?? "";
  const file = path.join(registry.storageRoot, "docker/registry/v2/blobs/sha256", hex.slice(0, 2), hex, "data");
  writeFileSync(file, '{"os": "tampered"}');
  const damaged = await getImageConfig(tenant.scope, ask("acme/plain", plain.digest));
  expect(damaged).toEqual({ config: null, problem: expect.stringContaining("does not match its digest") });
  writeFileSync(file, "x".repeat(1024 * 1024 + 1));
  const large = await getImageConfig(tenant.scope, ask("acme/plain", plain.digest));
  expect(large).toEqual({ config: null, problem: expect.stringContaining("larger than 1 MiB") });
});

test("K-30 a space that may only be read shows its images, a foreign one does not exist, and what is gone is not found", async () => {
  const { digest } = await image("mine");
  await pusher.push("acme/mine", await image("mine"), "v1");
  await crawl();
  const notThere = { code: "not_found" };
  await expect(getImage(stranger.scope, ask("acme/mine", digest))).rejects.toMatchObject(notThere);
  await expect(getImageManifest(stranger.scope, ask("acme/mine", digest))).rejects.toMatchObject(notThere);
  await expect(getImageConfig(stranger.scope, ask("acme/mine", digest))).rejects.toMatchObject(notThere);
  // Nor through a space of one's own on the same registry.
  await expect(getImage(stranger.scope, ask("acme/mine", digest, stranger))).rejects.toMatchObject(notThere);
  await expect(read("acme/mine", `sha256:${"0".repeat(64)}`)).rejects.toMatchObject(notThere);
  await expect(read("acme/elsewhere", digest)).rejects.toMatchObject(notThere);

  const { workspaceId } = stranger;
  await prisma().spaceBinding.create({ data: { spaceId: tenant.spaceId, workspaceId, createdByName: "the test" } });
  expect((await getImage(stranger.scope, ask("acme/mine", digest))).image).toMatchObject({ digest, tags: ["v1"] });
  expect((await getImageConfig(stranger.scope, ask("acme/mine", digest))).problem).toBeNull();
});
