import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createRun } from "@/server/history/create-run";
import { hashPassword } from "@/server/platform/auth/password";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env, resetEnvForTests } from "@/server/platform/env";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { collectionModes } from "./collection-modes";
import { issueRegistryToken } from "./issue-registry-token";
import { findConsoleRegistry } from "./registry.store";
import { registryCapabilities } from "./registry-capabilities";

let database: TestDatabase;
let tenant: TestTenant;
let passwordHash: string;
const password = "correct horse";

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
  passwordHash = await hashPassword(password);
  tenant = await createTestTenant({ prefix: "acme", auth: "console" });
  for (const role of ["admin", "editor", "viewer"] as const) await addUser(role, role, tenant.workspaceId);
  const other = await createTestTenant({ name: "beta", prefix: "beta", registryId: tenant.registryId });
  await addUser("stranger", "admin", other.workspaceId);
});
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  await prisma().run.updateMany({ where: { finishedAt: null }, data: { status: "cancelled", finishedAt: new Date() } });
  await prisma().registry.update({
    where: { id: tenant.registryId },
    data: { readOnlyRunId: null, readOnlySince: null, lastWriteTokenExpiresAt: null },
  });
});

async function addUser(name: string, role: "admin" | "editor" | "viewer", workspaceId: string): Promise<void> {
  const user = await prisma().user.create({
    data: { id: newId("usr"), email: `${name}@x.example`, name, passwordHash },
  });
  await prisma().member.create({ data: { workspaceId, userId: user.id, role } });
}

const startCollection = () =>
  createRun(tenant.scope, { kind: "gc", spaceId: tenant.spaceId, registryId: tenant.registryId, options: {} });

const ask = (name: string | null, ...scopes: string[]) =>
  issueRegistryToken({ credentials: name ? { username: `${name}@x.example`, password } : null, scopes });

async function granted(name: string | null, ...scopes: string[]): Promise<string> {
  const answer = await ask(name, ...scopes);
  if (answer.kind === "denied") return `denied: ${answer.message}`;
  const { access } = decodeJwt<{ access: { type: string; name: string; actions: string[] }[] }>(answer.token);
  return access.map((one) => `${one.type}:${one.name}:${one.actions.join(",")}`).join(" ");
}

const lastExpiry = async () =>
  (await prisma().registry.findUniqueOrThrow({ where: { id: tenant.registryId } })).lastWriteTokenExpiresAt;

test("roles become registry permissions, and nothing more than was asked", async () => {
  expect(await granted("editor", "repository:acme/app:pull,push")).toBe("repository:acme/app:pull,push");
  expect(await granted("editor", "repository:acme/app:pull")).toBe("repository:acme/app:pull");
  expect(await granted("viewer", "repository:acme/app:pull,push")).toBe("repository:acme/app:pull");
  expect(await granted("admin", "repository:acme/app:delete")).toBe("");
  expect(await granted("stranger", "repository:acme/app:pull,push")).toBe("");
  expect(await granted(null, "repository:acme/app:pull")).toBe("");
  expect(await granted("admin", "registry:catalog:*", `repository:recyclebin/${tenant.spaceId}/acme/app:pull`)).toBe(
    "",
  );
  expect(await granted("admin")).toBe("");
});

test("wrong credentials are denied, unknown users in the same words", async () => {
  const wrong = await issueRegistryToken({
    credentials: { username: "admin@x.example", password: "guess" },
    scopes: [],
  });
  const unknown = await issueRegistryToken({
    credentials: { username: "nobody@x.example", password: "guess" },
    scopes: [],
  });
  expect(wrong).toMatchObject({ kind: "denied" });
  expect(unknown).toEqual(wrong);
});

test("the registry that the console runs with decides, not one that it ran with before", async () => {
  const before = await prisma().registry.findFirstOrThrow({
    where: { auth: "console" },
    orderBy: { createdAt: "asc" },
  });
  const now = await createTestTenant({ name: "moved", auth: "console", storageRoot: "/somewhere" });
  const { url } = await prisma().registry.findUniqueOrThrow({ where: { id: now.registryId } });
  try {
    process.env.REGISTRY_URL = url;
    resetEnvForTests();
    expect((await findConsoleRegistry())?.id).toBe(now.registryId);
    const old = { ...before, storageRoot: "/somewhere", gcEnabledAt: new Date() };
    // Nobody can be kept out of it any more: it can still be collected online.
    expect(collectionModes(old)).toMatchObject({
      read_only: { isAvailable: false, reason: expect.stringContaining("another registry") },
      online: { isAvailable: true },
    });
    expect(registryCapabilities(old).garbageCollection).toMatchObject({ isAvailable: true });
  } finally {
    delete process.env.REGISTRY_URL;
    resetEnvForTests();
    await prisma().registry.update({ where: { id: now.registryId }, data: { auth: "none" } });
  }
});

test("a user name that no database keeps is an unknown one", async () => {
  for (const username of ["a\0@x.example", "\ud800"]) {
    const answer = await issueRegistryToken({ credentials: { username, password: "x" }, scopes: [] });
    expect(answer).toEqual({ kind: "denied", message: "the user name or the password is wrong" });
  }
});

test("the expiry of a write token is stored before it is answered; a pull's is not", async () => {
  await ask("viewer", "repository:acme/app:pull");
  expect(await lastExpiry()).toBeNull();
  const answer = await ask("editor", "repository:acme/app:pull,push");
  if (answer.kind !== "token") throw new Error("denied");
  expect((await lastExpiry())?.getTime()).toBe((decodeJwt(answer.token).exp ?? 0) * 1000);
});

test("D-15, R-18 read-only mode: a push is denied in words that name the collection and its end, a pull is served", async () => {
  const run = await startCollection();
  await prisma().registry.update({
    where: { id: tenant.registryId },
    data: { readOnlyRunId: run.id, readOnlySince: new Date("2026-05-01T10:00:30Z") },
  });
  const push = () => granted("editor", "repository:acme/app:pull,push");
  expect(await push()).toBe(
    `denied: garbage collection ${run.id} of registry has kept it read-only since 2026-05-01 10:00 UTC: pushes are refused until it ends; try again in a few minutes. Pulls work.`,
  );
  const startedAt = new Date(Date.now() + 60_000);
  const options = { ...(run.options as object), timeBoxMinutes: 30 };
  await prisma().run.update({ where: { id: run.id }, data: { startedAt, options } });
  const end = new Date(Math.ceil((startedAt.getTime() + 30 * 60_000) / 60_000) * 60_000).toISOString();
  expect(await push()).toContain(`until it ends, at about ${end.slice(0, 16).replace("T", " ")} UTC. Pulls work.`);
  await prisma().run.update({ where: { id: run.id }, data: { startedAt: new Date(Date.now() - 31 * 60_000) } });
  expect(await push()).toContain("until it ends, which takes longer than usual");
  expect(await granted("editor", "repository:acme/app:pull")).toBe("repository:acme/app:pull");
  expect(await granted("stranger", "repository:acme/app:pull,push")).toBe("");
  expect(await lastExpiry()).toBeNull();
});

test("read-only mode that outlived its collection ends with the next token, even where no worker is there", async () => {
  const run = await startCollection();
  await prisma().registry.update({
    where: { id: tenant.registryId },
    data: { readOnlyRunId: run.id, readOnlySince: new Date() },
  });
  await prisma().run.update({ where: { id: run.id }, data: { status: "failed", finishedAt: new Date() } });
  expect(await granted("editor", "repository:acme/app:pull,push")).toBe("repository:acme/app:pull,push");
});

test("no write token is handed out unseen while read-only mode is switched on", async () => {
  // The first answers are in when the switch starts, the others race with it.
  const [first, ...others] = Array.from({ length: 20 }, () => ask("editor", "repository:acme/app:pull,push"));
  await first;
  const run = await startCollection();
  const { lastWriteTokenExpiresAt } = await prisma().registry.update({
    where: { id: tenant.registryId },
    data: { readOnlyRunId: run.id, readOnlySince: new Date() },
    select: { lastWriteTokenExpiresAt: true },
  });
  const answers = await Promise.all([first, ...others]);
  const expiries = answers.flatMap((answer) =>
    answer?.kind === "token" ? [(decodeJwt(answer.token).exp ?? 0) * 1000] : [],
  );
  expect(expiries.length).toBeGreaterThan(0);
  expect(Math.max(...expiries)).toBeLessThanOrEqual(lastWriteTokenExpiresAt?.getTime() ?? 0);
});
