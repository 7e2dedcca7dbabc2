import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buildImage, buildIndex, buildLayer } from "@/scripts/demo/oci-image";
import { createImagePusher, type ImagePusher } from "@/scripts/demo/push-image";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { closeRegistries } from "@/server/registries/open-registry";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestPerson, type LiveRegistry, startLiveRegistry, type ToldEvent } from "@/testing/live-registry";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { skopeoInspectDigest, skopeoPull } from "@/testing/skopeo";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { crawlRepository } from "./crawl-repository";
import { processRegistryEvents } from "./process-registry-events";
import { apiReader } from "./repository-reader";

let database: TestDatabase;
let live: LiveRegistry;
let tenant: TestTenant;
let eddi: Awaited<ReturnType<typeof createTestPerson>>;
let pusher: ImagePusher;
let repository: string;
let sequence = 0;
const signal = new AbortController().signal;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  live = await startLiveRegistry({ reachesStorage: true });
});
afterAll(async () => {
  closeRegistries();
  await closeQueues();
  await live?.stop();
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  const name = `t${++sequence}`;
  tenant = await createTestTenant({ name, registryId: live.registryId });
  eddi = await createTestPerson(tenant.workspaceId, { name: "Eddi Example" });
  pusher?.close();
  pusher = createImagePusher({ registryUrl: live.registry.url, username: eddi.email, password: eddi.password });
  repository = `${name}/app`;
});

const linux = (architecture: string) => ({ os: "linux", architecture });

async function image(seed: string, architecture = "amd64") {
  const layers = [await buildLayer(`${repository}/${seed}`, [{ path: "app", sizeBytes: 2_000 }])];
  return buildImage({ layers, platform: linux(architecture), createdAt: new Date(0), labels: { seed } });
}

/** Waits until the registry has told of something, and has it worked off. */
async function hear(told: (rows: Awaited<ReturnType<typeof history>>) => boolean): Promise<void> {
  await until(async () => {
    await processRegistryEvents(live.registryId, signal);
    return told(await history());
  });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error("it did not happen");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function history() {
  const rows = await prisma().imageEvent.findMany({ where: { spaceId: tenant.spaceId }, orderBy: { id: "asc" } });
  return rows.map(({ kind, tag, digest, otherDigest, actorName, userAgent, source }) => ({
    ...{ kind, tag, digest, otherDigest, actorName, userAgent, source },
  }));
}

const pulls = () =>
  prisma().imagePull.findMany({ where: { workspaceId: tenant.workspaceId }, orderBy: { lastAt: "asc" } });
const isPull = ({ action, request, target }: ToldEvent) =>
  action === "pull" &&
  request.method === "GET" &&
  request.useragent.startsWith("skopeo") &&
  target.repository === repository;
const target = (reference: string) => ({
  ...{ registryUrl: live.registry.url, repository, reference, username: eddi.email, password: eddi.password },
});

describe.each(["storage", "api"] as const)("a registry that is read over its %s", (source) => {
  beforeEach(async () => {
    const storageRoot = source === "storage" ? live.registry.storageRoot : null;
    await prisma().registry.update({ where: { id: live.registryId }, data: { storageRoot } });
  });

  test("N-11 R-02 push, overwrite and delete over the API: exactly one row each, with the actor's name", async () => {
    const first = await image("first");
    const second = await image("second");
    await pusher.push(repository, first, "v1");
    await hear((rows) => rows.length >= 1 && rows.every((row) => row.source === "event"));
    await pusher.push(repository, second, "v1");
    await hear((rows) => rows.length >= 3 && rows.every((row) => row.source === "event"));
    expect(await live.deleteAs(eddi.id, repository, second.digest)).toBe(202);
    await hear((rows) => rows.some((row) => row.kind === "gone" && row.source === "event"));
    const byEddi = { actorName: "Eddi Example", source: "event", tag: "v1" };
    const rows = await history();
    expect(rows.filter((row) => row.kind === "pushed")).toMatchObject([
      { digest: first.digest, otherDigest: null, userAgent: "reclaim-demo", ...byEddi },
      { digest: second.digest, otherDigest: first.digest, userAgent: "reclaim-demo", ...byEddi },
    ]);
    expect(rows.filter((row) => row.kind === "overwritten")).toMatchObject([
      { digest: first.digest, otherDigest: second.digest, userAgent: "reclaim-demo", ...byEddi },
    ]);
    expect(rows.filter((row) => row.kind === "gone")).toMatchObject([
      { digest: second.digest, userAgent: "regctl/0.8", ...byEddi },
    ]);
    expect(rows).toHaveLength(4);
    await live.repeatAll();
    expect(await processRegistryEvents(live.registryId, signal)).toBe(0);
    expect(await history()).toEqual(rows);
  });

  test("N-11 who pushed is added to what a reading found before the notification was worked off", async () => {
    const pushed = await image("early");
    await pusher.push(repository, pushed, "v1");
    const space = { id: tenant.spaceId, workspaceId: tenant.workspaceId, prefix: `t${sequence}` };
    const open = await openRegistryById(live.registryId);
    if (!open) throw new Error("the registry is gone");
    await crawlRepository(live.registryId, space, repository, apiReader(open.adapter, Date.now), signal);
    expect(await history()).toMatchObject([{ kind: "pushed", tag: "v1", actorName: null, source: "crawl" }]);
    await hear((rows) => rows.some((row) => row.actorName !== null));
    expect(await history()).toMatchObject([
      { kind: "pushed", tag: "v1", digest: pushed.digest, actorName: "Eddi Example", userAgent: "reclaim-demo" },
    ]);
  });

  test("N-11 a push that was overwritten before anybody looked is told of all the same", async () => {
    const [first, second] = [await image("brief"), await image("lasting")];
    await pusher.push(repository, first, "v1");
    await pusher.push(repository, second, "v1");
    await hear((rows) => rows.filter((row) => row.kind === "pushed" && row.source === "event").length >= 2);
    const rows = await history();
    expect(rows.map((row) => [row.kind, row.tag, row.digest, row.actorName]).sort()).toEqual(
      [first, second].map((one) => ["pushed", "v1", one.digest, "Eddi Example"]).sort(),
    );
  });

  test("N-12 R-04 a pull counts for the image and for its index, with who and what; a HEAD and our own reading do not", async () => {
    const child = await image("child");
    const index = buildIndex({ children: [{ platform: linux("amd64"), image: child }], annotations: {} });
    await pusher.push(repository, index, "multi");
    await hear((rows) => rows.length > 0);
    // The reading of the registry that the push led to is none, nor are the questions of whoever pushed.
    expect(await pulls()).toEqual([]);
    expect((await skopeoPull(target("multi"))).ok).toBe(true);
    await until(async () => {
      await processRegistryEvents(live.registryId, signal);
      return (await pulls()).length === 2;
    });
    const by = { actorName: "Eddi Example", userAgent: expect.stringMatching(/^skopeo\//), count: 1 };
    expect((await pulls()).toSorted((a, b) => (a.tag === null ? 1 : -1) - (b.tag === null ? 1 : -1))).toMatchObject([
      { digest: index.digest, tag: "multi", ...by },
      { digest: child.digest, tag: null, ...by },
    ]);
    const rows = await prisma().image.findMany({ where: { spaceId: tenant.spaceId } });
    expect(rows).toMatchObject([{ digest: index.digest, lastPulledAt: expect.any(Date) }]);
    const before = rows[0]?.lastPulledAt ?? new Date(0);

    expect((await skopeoPull(target(child.digest))).ok).toBe(true);
    await until(async () => {
      await processRegistryEvents(live.registryId, signal);
      return (await pulls()).some((pull) => pull.digest === child.digest && pull.count === 2);
    });
    const [after] = await prisma().image.findMany({ where: { spaceId: tenant.spaceId } });
    expect(after?.lastPulledAt?.getTime()).toBeGreaterThan(before.getTime());
    const [counted] = await prisma().repository.findMany({ where: { spaceId: tenant.spaceId } });
    expect(counted?.lastPulledAt).toEqual(after?.lastPulledAt);
  });

  test("N-12 what the space ignores does not count", async () => {
    await pusher.push(repository, await image("scanned"), "v1");
    await hear((rows) => rows.length > 0);
    await prisma().space.update({ where: { id: tenant.spaceId }, data: { ignoredPullers: ["eddi ex*"] } });
    expect((await skopeoInspectDigest(target("v1"))).ok).toBe(true);
    await until(async () => live.told.some(isPull));
    expect(await processRegistryEvents(live.registryId, signal)).toBeGreaterThan(0);
    await prisma().space.update({ where: { id: tenant.spaceId }, data: { ignoredPullers: [] } });
    expect((await skopeoInspectDigest(target("v1"))).ok).toBe(true);
    await until(async () => {
      await processRegistryEvents(live.registryId, signal);
      return (await pulls()).length > 0;
    });
    expect(await pulls()).toMatchObject([{ count: 1 }]);
  });
});
