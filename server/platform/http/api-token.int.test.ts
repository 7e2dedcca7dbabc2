import { NextRequest } from "next/server";
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getMe as getMeOperation } from "@/contracts/access";
import { getGcStatus } from "@/contracts/gc";
import { listRuns } from "@/contracts/history";
import type { Operation } from "@/contracts/operation";
import { listSpaces as listSpacesOperation } from "@/contracts/spaces";
import { createMyToken as createMyTokenOperation } from "@/contracts/tokens";
import type { Role } from "@/domain/access/permissions";
import { createMyToken } from "@/server/access/create-my-token";
import { createWorkspaceToken } from "@/server/access/create-workspace-token";
import { getMe } from "@/server/access/get-me";
import { listMyTokens } from "@/server/access/list-my-tokens";
import { revokeMyToken } from "@/server/access/revoke-my-token";
import { insertSession } from "@/server/platform/auth/access.store";
import type { Actor } from "@/server/platform/auth/actor";
import { newApiToken } from "@/server/platform/auth/api-token";
import { authenticateRequest } from "@/server/platform/auth/authenticate-request";
import { hashPassword } from "@/server/platform/auth/password";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env, resetEnvForTests } from "@/server/platform/env";
import { newId } from "@/server/platform/new-id";
import { listSpaces } from "@/server/spaces/list-spaces";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { scopeOf } from "@/testing/signed-in";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { closeRateLimits } from "./rate-limit";
import { signedInRoute, workspaceRoute } from "./route";

type Person = Extract<Actor, { kind: "user" }>;
const PASSWORD = "correct horse battery";

let database: TestDatabase;
let tenant: TestTenant;
let secondSpaceId: string;
let ada: Person;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  tenant = await createTestTenant();
  const { workspaceId, registryId } = tenant;
  secondSpaceId = newId("spc");
  await prisma().space.create({ data: { id: secondSpaceId, workspaceId, registryId, name: "two", prefix: "two" } });
  ada = await createPerson("admin");
});
afterAll(async () => {
  closeRateLimits();
  await disconnectPrisma();
  await database.drop();
});

async function createPerson(role: Role | null, isPlatformAdmin = false): Promise<Person> {
  const userId = newId("usr");
  const email = `${userId}@x.example`;
  const passwordHash = await hashPassword(PASSWORD);
  await prisma().user.create({ data: { id: userId, email, name: "Ada", passwordHash, isPlatformAdmin } });
  if (role) await prisma().member.create({ data: { workspaceId: tenant.workspaceId, userId, role } });
  return { kind: "user", userId, name: "Ada", email, isPlatformAdmin, sessionId: "ses_x", token: null };
}

const wanted = { name: "laptop", role: "admin", workspaceId: null, spaceIds: null, expiresInDays: null } as const;
const withBearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

/** Sends a request to a route whose use case answers which role and spaces it was given. */
async function ask(headers: Record<string, string>, operation: Operation, params: Record<string, string> = {}) {
  const echo = { ...operation, response: { parse: (value: unknown) => value } } as unknown as Operation;
  const route = workspaceRoute(echo, (scope) => Promise.resolve({ role: scope.role, spaceIds: scope.spaceIds }));
  const request = new NextRequest("http://127.0.0.1/x", { headers });
  const response = await route(request, { params: Promise.resolve({ workspaceId: tenant.workspaceId, ...params }) });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
}
const OF_SPACE = (spaceId: string) => [listRuns, { spaceId }] as const;

test("tokens: a person's acts with the lesser of both roles, at once after each change, and ends with their membership", async () => {
  const person = await createPerson("editor");
  const { secret } = await createMyToken(person, wanted);
  const role = async () => (await ask(withBearer(secret), listSpacesOperation)).body.role;
  expect(await role()).toBe("editor");
  const { secret: less } = await createMyToken(person, { ...wanted, role: "viewer" });
  expect((await ask(withBearer(less), listSpacesOperation)).body.role).toBe("viewer");
  await prisma().member.updateMany({ where: { userId: person.userId }, data: { role: "viewer" } });
  expect(await role()).toBe("viewer");
  await prisma().member.deleteMany({ where: { userId: person.userId } });
  expect((await ask(withBearer(secret), listSpacesOperation)).status).toBe(404);
  await prisma().member.create({ data: { workspaceId: tenant.workspaceId, userId: person.userId, role: "admin" } });
  await prisma().user.update({ where: { id: person.userId }, data: { disabledAt: new Date() } });
  expect((await ask(withBearer(secret), listSpacesOperation)).status).toBe(401);
});

test("tokens: unknown, mistyped, expired and revoked ones are refused in the same words, and a good cookie does not help", async () => {
  const { secret, token } = await createMyToken(ada, wanted);
  expect((await ask(withBearer(secret), listSpacesOperation)).status).toBe(200);
  const sessionId = await insertSession(ada.userId, "a test");
  const cookie = `next-auth.session-token=${await encode({ token: { sessionId }, secret: env().RECLAIM_SESSION_SECRET })}`;
  expect((await ask({ cookie }, listSpacesOperation)).status).toBe(200);
  const { secret: expired, token: old } = await createMyToken(ada, wanted);
  await prisma().apiToken.update({ where: { id: old.id }, data: { createdAt: new Date(0), expiresAt: new Date(1) } });
  await revokeMyToken(ada, { tokenId: token.id, keepMade: false });
  const unknown = newApiToken("pat").secret;
  const answers = [];
  for (const bad of [secret, expired, unknown, `${unknown.slice(0, -1)}_`, "", "x y"])
    answers.push(await ask({ ...withBearer(bad), cookie }, listSpacesOperation));
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401]);
  expect(new Set(answers.map(({ body }) => body.detail)).size).toBe(1);
});

test("tokens: one of a workspace is nobody's, opens that workspace alone and stays when its maker goes", async () => {
  const maker = await createPerson("admin");
  const scope = await scopeOf({ id: maker.userId, name: "Ada", isPlatformAdmin: false }, tenant.workspaceId);
  const { secret, token } = await createWorkspaceToken(scope, { ...wanted, name: "builds", role: "editor" });
  expect(secret).toMatch(/^rcl_bot_/);
  expect(token).toMatchObject({ kind: "workspace", hint: expect.stringMatching(/^rcl_bot_…/), lastUsedAt: null });
  await prisma().user.delete({ where: { id: maker.userId } });
  expect((await ask(withBearer(secret), listSpacesOperation)).body.role).toBe("editor");
  const other = await createTestTenant();
  expect((await ask(withBearer(secret), listSpacesOperation, { workspaceId: other.workspaceId })).status).toBe(404);
  const me = await callMe(secret);
  expect(me).toMatchObject({
    user: { id: token.id, name: "builds", email: "", isPlatformAdmin: false },
    workspaces: [{ id: tenant.workspaceId, role: "editor" }],
    token: { id: token.id, role: "editor", workspaceId: tenant.workspaceId, spaceIds: null },
  });
  await prisma().workspace.update({ where: { id: tenant.workspaceId }, data: { removedAt: new Date() } });
  expect((await ask(withBearer(secret), listSpacesOperation)).status).toBe(401);
  await prisma().workspace.update({ where: { id: tenant.workspaceId }, data: { removedAt: null } });
});

async function callMe(secret: string) {
  const route = signedInRoute(getMeOperation, (actor) => getMe(actor));
  const response = await route(new NextRequest("http://127.0.0.1/x", { headers: withBearer(secret) }), {
    params: Promise.resolve(undefined),
  });
  return getMeOperation.response.parse(await response.json());
}

test("tokens: one of some spaces sees no other, nothing that is about all, and no account", async () => {
  const { workspaceId, spaceId } = tenant;
  const { secret } = await createMyToken(ada, { ...wanted, workspaceId, spaceIds: [spaceId] });
  expect((await ask(withBearer(secret), ...OF_SPACE(spaceId))).status).toBe(200);
  expect((await ask(withBearer(secret), ...OF_SPACE(secondSpaceId))).status).toBe(404);
  const ofRegistry = await ask(withBearer(secret), getGcStatus, { spaceId });
  expect([ofRegistry.status, ofRegistry.body.code]).toEqual([403, "forbidden"]);
  const actor = await authenticateRequest(new NextRequest("http://127.0.0.1/x", { headers: withBearer(secret) }));
  if (actor?.kind !== "user") throw new Error("it is a person's");
  expect(actor.token).toMatchObject({ workspaceId, spaceIds: [spaceId] });
  const spaces = workspaceRoute(listSpacesOperation, (scope) => listSpaces(scope, {}));
  const answer = await spaces(new NextRequest("http://127.0.0.1/x", { headers: withBearer(secret) }), {
    params: Promise.resolve({ workspaceId }),
  });
  const { items } = listSpacesOperation.response.parse(await answer.json());
  expect(items.map(({ id }) => id)).toEqual([spaceId]);
});

test("tokens: the platform is open to a platform admin's whole token only", async () => {
  const root = await createPerson("admin", true);
  const isPlatformAdmin = async (change: object) => {
    const { secret } = await createMyToken(root, { ...wanted, ...change });
    return (await callMe(secret)).user.isPlatformAdmin;
  };
  expect(await isPlatformAdmin({})).toBe(true);
  expect(await isPlatformAdmin({ role: "editor" })).toBe(false);
  expect(await isPlatformAdmin({ workspaceId: tenant.workspaceId })).toBe(false);
});

test("tokens: through one, only what does no more is made; it lives no longer, and ends with it", async () => {
  const { workspaceId, spaceId } = tenant;
  const first = await createMyToken(ada, { ...wanted, role: "editor", workspaceId, expiresInDays: 7 });
  const headers = withBearer(first.secret);
  const through = (await authenticateRequest(new NextRequest("http://127.0.0.1/x", { headers }))) as Person;
  const refused = [{ role: "admin", workspaceId }, { role: "editor" }] as const;
  for (const change of refused)
    await expect(createMyToken(through, { ...wanted, ...change })).rejects.toMatchObject({ code: "forbidden" });
  const child = await createMyToken(through, { ...wanted, role: "viewer", workspaceId, spaceIds: [spaceId] });
  expect(child.token.expiresAt).toBe(first.token.expiresAt);
  const childHeaders = withBearer(child.secret);
  const throughChild = (await authenticateRequest(
    new NextRequest("http://127.0.0.1/x", { headers: childHeaders }),
  )) as Person;
  const wider = { ...wanted, role: "viewer" as const, workspaceId };
  for (const spaceIds of [null, [secondSpaceId], [spaceId, secondSpaceId]])
    await expect(createMyToken(throughChild, { ...wider, spaceIds })).rejects.toMatchObject({ code: "forbidden" });
  const grandchild = await createMyToken(throughChild, { ...wider, spaceIds: [spaceId] });
  expect((await listMyTokens(throughChild)).items.map(({ id }) => id)).toEqual([grandchild.token.id, child.token.id]);
  const other = await createMyToken(ada, wanted);
  const revoking = revokeMyToken(throughChild, { tokenId: other.token.id, keepMade: false });
  await expect(revoking).rejects.toMatchObject({ code: "not_found" });

  const mine = (await listMyTokens(ada)).items.find(({ id }) => id === first.token.id);
  expect(mine?.madeCount).toBe(2);
  expect(await revokeMyToken(ada, { tokenId: first.token.id, keepMade: false })).toMatchObject({ revokedCount: 3 });
  for (const { secret } of [first, child, grandchild])
    expect((await ask(withBearer(secret), listSpacesOperation)).status).toBe(401);
});

test("tokens: spaces of another workspace, and workspaces of others, are not found", async () => {
  const other = await createTestTenant();
  const inOther = { ...wanted, workspaceId: other.workspaceId };
  await expect(createMyToken(ada, inOther)).rejects.toMatchObject({ code: "not_found" });
  const mixed = { ...wanted, workspaceId: tenant.workspaceId, spaceIds: [tenant.spaceId, other.spaceId] };
  await expect(createMyToken(ada, mixed)).rejects.toMatchObject({ code: "not_found" });
});

test("tokens: only a hash is kept, and the last use to the minute", async () => {
  const { secret, token } = await createMyToken(ada, wanted);
  const row = await prisma().apiToken.findUniqueOrThrow({ where: { id: token.id } });
  expect(row.secretHash).toHaveLength(32);
  expect(JSON.stringify(row)).not.toContain(secret.slice(8, 50));
  const [found] = await prisma().$queryRaw<{ n: number }[]>`
    SELECT (SELECT count(*) FROM audit_events e WHERE e::text LIKE '%' || ${secret.slice(8)} || '%')::int AS n`;
  expect(found?.n).toBe(0);
  const usedAt = async () => (await prisma().apiToken.findUniqueOrThrow({ where: { id: token.id } })).lastUsedAt;
  await ask(withBearer(secret), listSpacesOperation);
  const first = await usedAt();
  expect(first).not.toBeNull();
  await ask(withBearer(secret), listSpacesOperation);
  expect(await usedAt()).toEqual(first);
  await prisma().apiToken.update({ where: { id: token.id }, data: { lastUsedAt: new Date(0) } });
  await ask(withBearer(secret), listSpacesOperation);
  expect((await usedAt())?.getTime()).toBeGreaterThan(1_000);
});

test("tokens: a password makes one where the operation says so, and nowhere else; another site's page cannot", async () => {
  const basic = `Basic ${Buffer.from(`${ada.email}:${PASSWORD}`).toString("base64")}`;
  expect((await ask({ authorization: basic }, listSpacesOperation)).status).toBe(401);
  const route = signedInRoute(createMyTokenOperation, (actor, { body }) => createMyToken(actor, body), {
    acceptsBasic: true,
  });
  const send = (headers: Record<string, string>) =>
    route(
      new NextRequest("http://127.0.0.1/x", {
        method: "POST",
        headers,
        body: JSON.stringify({ name: "cli", role: "viewer" }),
      }),
      { params: Promise.resolve(undefined) },
    );
  const made = await send({ authorization: basic });
  expect(made.status).toBe(201);
  const { secret } = createMyTokenOperation.response.parse(await made.json());
  expect((await send({ authorization: basic, origin: "https://evil.example" })).status).toBe(403);
  // What no browser adds by itself needs no such check.
  expect((await send({ ...withBearer(secret), origin: "https://app.example" })).status).toBe(201);
});

test("tokens: requests are counted by token, told in headers, and refused from the limit on; without Redis they are let through", async () => {
  Object.assign(process.env, { RECLAIM_API_REQUESTS_PER_MINUTE: "3" });
  resetEnvForTests();
  try {
    const { secret } = await createMyToken(ada, wanted);
    // The first requests may find no connection yet, and are let through.
    const connected = await untilCounted(() => ask(withBearer(secret), listSpacesOperation));
    expect(connected.headers.get("ratelimit-policy")).toBe('"api";q=3;w=60');
    expect(connected.headers.get("ratelimit")).toMatch(/^"api";r=2;t=\d+$/);
    const answers = [];
    for (let n = 0; n < 4; n++) answers.push(await ask(withBearer(secret), listSpacesOperation));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 429]);
    expect(Number(answers[3]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(answers[3]?.body.code).toBe("too_many_requests");
    const { secret: other } = await createMyToken(ada, wanted);
    expect((await ask(withBearer(other), listSpacesOperation)).status).toBe(200);

    closeRateLimits();
    Object.assign(process.env, { REDIS_URL: "redis://127.0.0.1:1" });
    resetEnvForTests();
    const without = await ask(withBearer(secret), listSpacesOperation);
    expect(without.status).toBe(200);
    expect(without.headers.get("ratelimit")).toBeNull();
  } finally {
    closeRateLimits();
    Object.assign(process.env, { RECLAIM_API_REQUESTS_PER_MINUTE: "0", REDIS_URL: testRedisUrl() });
    resetEnvForTests();
  }
});

async function untilCounted(request: () => ReturnType<typeof ask>): ReturnType<typeof ask> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    const answer = await request();
    if (answer.headers.has("ratelimit")) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("requests are never counted");
}
