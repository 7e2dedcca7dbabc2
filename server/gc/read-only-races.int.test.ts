import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BuiltImage, buildImage, buildLayer } from "@/scripts/demo/oci-image";
import { createImagePusher } from "@/scripts/demo/push-image";
import { executeRun } from "@/server/history/execute-run";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { closeRegistries, registryTokenSigner } from "@/server/registries/open-registry";
import { TOKEN_ISSUER, TOKEN_SERVICE } from "@/server/registries/token-settings";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestPerson, type LiveRegistry, startLiveRegistry } from "@/testing/live-registry";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { skopeoCopy, skopeoPull } from "@/testing/skopeo";
import { closureProblems, verifyClosure } from "@/testing/storage/verify-closure";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { until } from "@/testing/until";
import { executeGc } from "./execute-gc";
import { startGc } from "./start-gc";

/** What registries forgive after a token's end; a test has no minute to wait for, so its tokens ended almost so long ago. */
const LEEWAY_MS = 60_000;
const LEFT_MS = 4_000;
const TTL_SECONDS = 60;
const REPOSITORY = "acme/app";
const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
let database: TestDatabase;
let live: LiveRegistry;
let tenant: TestTenant;
let account: { username: string; password: string };

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({
    ...{ databaseUrl: database.url, redisUrl: testRedisUrl(), RECLAIM_GRACE_HOURS: "0" },
    ...{ RECLAIM_UPLOAD_IDLE_SECONDS: "1", RECLAIM_WRITER_TIMEOUT_SECONDS: "60" },
  });
  live = await startLiveRegistry({ reachesStorage: true });
  tenant = await createTestTenant({ name: "acme", registryId: live.registryId });
  await prisma().registry.update({ where: { id: live.registryId }, data: { gcEnabledAt: new Date() } });
  const { email, password } = await createTestPerson(tenant.workspaceId, { name: "Erin" });
  account = { username: email, password };
});
afterAll(async () => {
  await live.stop();
  closeRegistries();
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});
beforeEach(() => prisma().registry.update({ where: { id: live.registryId }, data: { lastWriteTokenExpiresAt: null } }));

const runOf = (id: string) => prisma().run.findUniqueOrThrow({ where: { id } });
const phaseIs = (id: string, phase: string) => until(phase, async () => (await runOf(id)).phase === phase);

/** A client with a token to push that the registry takes for some seconds more, and that the collection knows of. */
async function clientWithToken() {
  const { token, expiresAt } = await (await registryTokenSigner()).sign({
    ...{ subject: "somebody", ttlSeconds: TTL_SECONDS, service: TOKEN_SERVICE, issuer: TOKEN_ISSUER },
    nowMs: Date.now() - LEEWAY_MS - TTL_SECONDS * 1_000 + LEFT_MS,
    access: [{ type: "repository", name: REPOSITORY, actions: ["pull", "push"] }],
  });
  await prisma().registry.update({ where: { id: live.registryId }, data: { lastWriteTokenExpiresAt: expiresAt } });
  const base = `${live.registry.url}/v2/${REPOSITORY}`;
  const send = async (method: string, url: string, body?: Buffer | string, type = "application/octet-stream") => {
    const headers = { authorization: `Bearer ${token}`, "content-type": type };
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
    });
    await response.arrayBuffer();
    return response;
  };
  return {
    send,
    base,
    put: (image: BuiltImage, tag: string) => send("PUT", `${base}/manifests/${tag}`, image.body, image.mediaType),
    has: async (digest: string) => (await send("HEAD", `${base}/blobs/${digest}`)).status === 200,
  };
}

async function imageOf(name: string): Promise<BuiltImage> {
  const layers = [await buildLayer(name, [{ path: "app", sizeBytes: 20_000 }])];
  return buildImage({ layers, createdAt: new Date(0), labels: { name: `${name} ${newId("run")}` } });
}

/** Blobs without a manifest: what a push finds there, and a collection takes. */
async function leaveBlobs(image: BuiltImage): Promise<void> {
  const pusher = createImagePusher({ registryUrl: live.registry.url, ...account });
  await pusher.push(REPOSITORY, image, null);
  pusher.close();
  expect(await live.deleteAs("somebody", REPOSITORY, image.digest)).toBe(202);
}

const collect = async () => {
  const { id } = await startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: true });
  return { id, working: executeRun(id, "collector", executors, new AbortController().signal) };
};
const broken = () => verifyClosure(live.registry.storageRoot).broken;

describe("pushes around a collection in read-only mode", () => {
  test("D-16, law 1 one that found its blobs there right before, and names them while it waits, is whole afterwards", async () => {
    const image = await imageOf("found there");
    await leaveBlobs(image);
    const client = await clientWithToken();
    for (const { digest } of image.blobs) expect(await client.has(digest)).toBe(true);
    const { id, working } = await collect();
    await phaseIs(id, "waiting_for_writers");
    expect((await client.put(image, "named-in-time")).status).toBe(201);
    await working;
    expect(await runOf(id)).toMatchObject({ status: "succeeded", error: null });
    expect(closureProblems(live.registry.storageRoot, REPOSITORY, image.digest)).toEqual([]);
    const at = { registryUrl: live.registry.url, repository: REPOSITORY, reference: "named-in-time", ...account };
    expect(await skopeoPull(at)).toEqual({ ok: true, digest: image.digest, error: null });
  });

  test("D-15, R-18 one that goes on with its old token is refused once that is over, and works as usual afterwards", async () => {
    const image = await imageOf("too late");
    await leaveBlobs(image);
    const client = await clientWithToken();
    expect(await client.has(image.blobs[0]?.digest ?? "")).toBe(true);
    // It has found its blobs there, and sleeps.
    const { id, working } = await collect();
    await working;
    expect(await runOf(id)).toMatchObject({ status: "succeeded", totals: { deletedBlobs: image.blobs.length + 1 } });
    expect((await client.put(image, "too-late")).status).toBe(401);
    expect(broken()).toEqual({});
    const pusher = createImagePusher({ registryUrl: live.registry.url, ...account });
    await pusher.push(REPOSITORY, image, "too-late");
    pusher.close();
    expect(broken()).toEqual({});
  });

  test("D-16 an upload in flight is waited for, and what comes of it stays", async () => {
    const image = await imageOf("in flight");
    const client = await clientWithToken();
    const content = image.blobs.map((blob) => blob.content);
    const begun = await client.send("POST", `${client.base}/blobs/uploads/`);
    let location = begun.headers.get("location") ?? "";
    const { id, working } = await collect();
    await phaseIs(id, "waiting_for_writers");
    // It grows until its token is over, in one request that was allowed when it began.
    const layer = content[0] ?? Buffer.alloc(0);
    const half = Math.floor(layer.length / 2);
    for (const part of [layer.subarray(0, half), layer.subarray(half)]) {
      const answer = await client.send("PATCH", location, part);
      expect(answer.status).toBe(202);
      location = answer.headers.get("location") ?? "";
    }
    const digest = `sha256:${createHash("sha256").update(layer).digest("hex")}`;
    expect((await client.send("PUT", `${location}&digest=${digest}`)).status).toBe(201);
    for (const blob of image.blobs.slice(1)) {
      const other = (await client.send("POST", `${client.base}/blobs/uploads/`)).headers.get("location") ?? "";
      expect((await client.send("PUT", `${other}&digest=${blob.digest}`, blob.content)).status).toBe(201);
    }
    expect((await client.put(image, "in-flight")).status).toBe(201);
    await working;
    expect((await runOf(id)).status).toBe("succeeded");
    expect(closureProblems(live.registry.storageRoot, REPOSITORY, image.digest)).toEqual([]);
  });

  test("D-15, R-18, AL-12 skopeo is told which collection refuses its push, and pulls meanwhile", async () => {
    const image = await imageOf("pulled meanwhile");
    const pusher = createImagePusher({ registryUrl: live.registry.url, ...account });
    await pusher.push(REPOSITORY, image, "pulled");
    pusher.close();
    await clientWithToken();
    const { id, working } = await collect();
    await phaseIs(id, "waiting_for_writers");
    const at = { registryUrl: live.registry.url, repository: REPOSITORY, reference: "pulled", ...account };
    expect(await skopeoPull(at)).toMatchObject({ ok: true });
    const refused = await skopeoCopy(at, { ...at, reference: "another" });
    expect(refused.ok).toBe(false);
    expect(refused.error).toContain(`garbage collection ${id}`);
    expect(refused.error).toContain("pushes are refused until it ends");
    await working;
    expect(await skopeoCopy(at, { ...at, reference: "another" })).toEqual({ ok: true, error: null });
  });
});
