import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createMyToken } from "@/server/access/create-my-token";
import { createWorkspaceToken } from "@/server/access/create-workspace-token";
import { endToken } from "@/server/access/end-token";
import { createRun } from "@/server/history/create-run";
import { hashPassword } from "@/server/platform/auth/password";
import { openScope } from "@/server/platform/auth/workspace-scope";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env, resetEnvForTests } from "@/server/platform/env";
import { closeRateLimits } from "@/server/platform/http/rate-limit";
import { runInRequest } from "@/server/platform/http/request-context";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { collectionModes } from "./collection-modes";
import { issueRegistryToken, type TokenAnswer } from "./issue-registry-token";
import { findConsoleRegistry } from "./registry.store";
import { registryCapabilities } from "./registry-capabilities";
import { reserveWriteToken } from "./reserve-write-token";

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
  closeRateLimits();
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
  return accessIn(await ask(name, ...scopes));
}

function accessIn(answer: TokenAnswer): string {
  if (answer.kind === "limited") return "limited";
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

async function withToken(secret: string, ...scopes: string[]): Promise<string> {
  return accessIn(await issueRegistryToken({ credentials: { username: "any name", password: secret }, scopes }));
}

test("tokens: docker login takes one as the password of any user, and it takes away from what its owner may", async () => {
  const editor = await prisma().user.findUniqueOrThrow({ where: { email: "editor@x.example" } });
  const person = { ...editor, kind: "user", userId: editor.id, sessionId: "ses_x", token: null } as const;
  const second = newId("spc");
  const { workspaceId, registryId, spaceId } = tenant;
  await prisma().space.create({ data: { id: second, workspaceId, registryId, name: "two", prefix: "acme-two" } });
  const both = ["repository:acme/app:pull,push", "repository:acme-two/app:pull,push", "repository:beta/app:pull"];
  const make = async (change: object) => {
    const wanted = { name: "t", role: "admin" as const, workspaceId, spaceIds: null, expiresInDays: 1 };
    return (await createMyToken(person, { ...wanted, ...change })).secret;
  };
  // An editor's token of an admin's role is an editor's.
  expect(await withToken(await make({ workspaceId: null }), ...both)).toBe(
    "repository:acme/app:pull,push repository:acme-two/app:pull,push",
  );
  expect(await withToken(await make({ role: "viewer" }), ...both)).toBe(
    "repository:acme/app:pull repository:acme-two/app:pull",
  );
  const oneSpace = await make({ spaceIds: [spaceId] });
  expect(await withToken(oneSpace, ...both)).toBe("repository:acme/app:pull,push");

  const scope = await openScope(person, workspaceId);
  const robot = await createWorkspaceToken(scope, {
    name: "ci",
    role: "editor",
    spaceIds: [second],
    expiresInDays: null,
  });
  expect(await withToken(robot.secret, ...both)).toBe("repository:acme-two/app:pull,push");
  await prisma().space.update({ where: { id: tenant.spaceId }, data: { isPublic: true } });
  const everything = await createWorkspaceToken(scope, {
    name: "ci",
    role: "admin",
    spaceIds: null,
    expiresInDays: null,
  });
  expect(await withToken(everything.secret, ...both)).toBe(
    "repository:acme/app:pull,push repository:acme-two/app:pull,push",
  );
  expect(await withToken(robot.secret, ...both), "a public space is none of its spaces").toBe(
    "repository:acme-two/app:pull,push",
  );
  await prisma().space.update({ where: { id: tenant.spaceId }, data: { isPublic: false } });

  const wrong = "denied: the user name or the password is wrong";
  await endToken(person, { workspaceId }, { tokenId: robot.token.id, keepMade: false });
  expect(await withToken(robot.secret, ...both), "revoked").toBe(wrong);
  await prisma().apiToken.updateMany({ data: { createdAt: new Date(0), expiresAt: new Date(1) } });
  expect(await withToken(oneSpace, ...both), "expired").toBe(wrong);
  expect(await withToken(`${oneSpace.slice(0, -1)}!`, ...both), "no token").toBe(wrong);
  await prisma().apiToken.deleteMany();
  await prisma().space.delete({ where: { id: second } });
});

test("D-43 pushes that ask at once share what is written, and each is answered only when its own expiry is stored", async () => {
  const { registryId } = tenant;
  const now = Date.now();
  const asked = Array.from({ length: 40 }, (_, n) => new Date(now + ((n * 7) % 40) * 1_000));
  const stored = await Promise.all(
    asked.map(async (expiresAt) => {
      const isReserved = await reserveWriteToken(registryId, expiresAt);
      return { isReserved, isStored: ((await lastExpiry()) ?? new Date(0)) >= expiresAt };
    }),
  );
  expect(stored).toEqual(asked.map(() => ({ isReserved: true, isStored: true })));
  const run = await startCollection();
  await prisma().registry.update({
    where: { id: registryId },
    data: { readOnlyRunId: run.id, readOnlySince: new Date() },
  });
  const later = new Date(now + 3_600_000);
  expect(await Promise.all(asked.map(() => reserveWriteToken(registryId, later)))).toEqual(asked.map(() => false));
  expect((await lastExpiry())?.getTime()).toBeLessThan(later.getTime());
});

test("tokens: what one account asks for from one address is counted, and refused from the limit on", async () => {
  setConsoleEnvOf({ RECLAIM_TOKEN_REQUESTS_PER_MINUTE: "2" });
  const context = { requestId: "req_1", address: "192.0.2.9", operation: "registryToken", actor: null };
  const kinds = [];
  for (let n = 0; n < 4; n++) kinds.push((await runInRequest(context, () => ask("viewer"))).kind);
  const elsewhere = await runInRequest({ ...context, address: "192.0.2.10" }, () => ask("viewer"));
  setConsoleEnvOf({ RECLAIM_TOKEN_REQUESTS_PER_MINUTE: "0" });
  expect(kinds).toEqual(["token", "token", "limited", "limited"]);
  expect(elsewhere.kind).toBe("token");
});

/** Changes what the use cases read from the environment, and nothing else of it. */
function setConsoleEnvOf(values: Record<string, string>): void {
  Object.assign(process.env, values);
  resetEnvForTests();
}
