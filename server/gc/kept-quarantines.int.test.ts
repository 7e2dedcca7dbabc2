import fs from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { executeRun } from "@/server/history/execute-run";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { detachRegistry } from "@/server/registries/detach-registry";
import { closeRegistries } from "@/server/registries/open-registry";
import { updateRegistry } from "@/server/registries/update-registry";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { startTestRegistry } from "@/testing/registry";
import { createTestUser, scopeOf } from "@/testing/signed-in";
import { temporaryRoot } from "@/testing/storage/collect";
import { StorageTree } from "@/testing/storage/storage-tree";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { executeGc } from "./execute-gc";
import { startGc } from "./start-gc";
import { tendQuarantines } from "./tend-quarantines";
import { undoGc } from "./undo-gc";

const HOUR_MS = 3_600_000;
const never = new AbortController().signal;
const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
let database: TestDatabase;
let tenant: TestTenant;
let platform: WorkspaceScope;
let root: string;
let tree: StorageTree;
let removeRoot: () => void;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({
    ...{ databaseUrl: database.url, redisUrl: testRedisUrl(), RECLAIM_GRACE_HOURS: "24" },
    ...{ RECLAIM_TOKEN_TTL_SECONDS: "1", RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_INFLIGHT_WINDOW_SECONDS: "0" },
    RECLAIM_QUARANTINE_HOURS: "24",
  });
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
});
afterAll(async () => {
  closeRegistries();
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  ({ root, remove: removeRoot } = temporaryRoot());
  tree = new StorageTree(root);
  tenant = await createTestTenant({ name: `t${Math.random().toString(36).slice(2)}`, storageRoot: root, auth: "none" });
  platform = await scopeOf(await createTestUser("Paula", { isPlatformAdmin: true }), tenant.workspaceId);
});
afterEach(() => removeRoot());

/** Collects an unused blob, which is kept, and removes the spaces of the registry; answers the run and until when. */
async function collectAndLeave(): Promise<{ runId: string; leftover: string; until: Date }> {
  tree.tag("acme/app", "v1", tree.image("acme/app", "kept").digest);
  const leftover = tree.blob("unused");
  const then = new Date(Date.now() - 48 * HOUR_MS);
  for (const entry of fs.readdirSync(tree.base, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) fs.utimesSync(path.join(entry.parentPath, entry.name), then, then);
  const { id } = await startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: true, mode: "online" });
  await executeRun(id, "worker", executors, never);
  expect(tree.hasBlob(leftover)).toBe(false);
  const { registryId } = tenant;
  await prisma().space.updateMany({ where: { registryId }, data: { removedAt: new Date() } });
  const { purgeAfter } = await prisma().gcQuarantine.findUniqueOrThrow({ where: { runId: id } });
  return { runId: id, leftover, until: purgeAfter ?? new Date(0) };
}
const detach = () => detachRegistry(platform, { registryId: tenant.registryId });
const detachedAt = async () =>
  (await prisma().registry.findUniqueOrThrow({ where: { id: tenant.registryId } })).detachedAt;

test("N-07, K-02 a registry is not detached while a collection keeps what it took: who asks learns until when, and what to do", async () => {
  const { runId, leftover, until } = await collectAndLeave();
  const refused = await detach().catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "conflict", detail: expect.stringContaining(`Garbage collection ${runId}`) });
  const minute = `${until.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  expect(refused).toMatchObject({ detail: expect.stringContaining(`until ${minute}`) });
  expect(refused).toMatchObject({ detail: expect.stringContaining("Undo it") });
  expect(await detachedAt()).toBeNull();

  await undoGc(tenant.scope, { runId });
  // Asked for, and not done yet.
  await expect(detach()).rejects.toMatchObject({ code: "conflict", detail: expect.stringContaining("being put back") });
  await tendQuarantines(new Date(), never);
  expect(tree.hasBlob(leftover)).toBe(true);
  await detach();
  expect(await detachedAt()).not.toBeNull();
});

test("N-07 it is detached once what was kept is purged, and not before", async () => {
  const { until } = await collectAndLeave();
  const inADay = new Date(until.getTime() + 1);
  await prisma().gcQuarantine.updateMany({ where: { purgeAfter: until }, data: { purgeAfter: new Date() } });
  await expect(detach()).rejects.toMatchObject({ code: "conflict", detail: expect.stringContaining("being purged") });
  await tendQuarantines(inADay, never);
  await detach();
  expect(await detachedAt()).not.toBeNull();
});

test("N-07 its storage is not looked for elsewhere while a collection keeps what it took there; its name is free", async () => {
  const { runId } = await collectAndLeave();
  const { registryId } = tenant;
  const registry = await startTestRegistry();
  const row = () => prisma().registry.findUniqueOrThrow({ where: { id: registryId } });
  try {
    new StorageTree(registry.storageRoot).tag(
      "acme/app",
      "v1",
      new StorageTree(registry.storageRoot).image("acme/app", "kept").digest,
    );
    await prisma().registry.update({ where: { id: registryId }, data: { url: registry.url } });
    const elsewhere = updateRegistry(platform, { registryId, storageRoot: registry.storageRoot });
    await expect(elsewhere).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringMatching(new RegExp(`Garbage collection ${runId} keeps .* or change where its storage is`)),
    });
    await updateRegistry(platform, { registryId, name: "renamed" });
    expect(await row()).toMatchObject({ storageRoot: root, name: "renamed" });

    await undoGc(tenant.scope, { runId });
    await tendQuarantines(new Date(), never);
    await updateRegistry(platform, { registryId, storageRoot: registry.storageRoot });
    expect(await row()).toMatchObject({ storageRoot: registry.storageRoot });
  } finally {
    await registry.stop();
  }
});

test("N-07 one whose storage is gone is detached: there is nothing left to put back", async () => {
  await collectAndLeave();
  fs.rmSync(root, { recursive: true });
  await detach();
  expect(await detachedAt()).not.toBeNull();
});
