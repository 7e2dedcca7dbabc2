import { NextRequest } from "next/server";
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  getGcSchedule as getGcScheduleOperation,
  removeGcSchedule as removeGcScheduleOperation,
  setGcSchedule as setGcScheduleOperation,
} from "@/contracts/gc-settings";
import type { Operation } from "@/contracts/operation";
import {
  detachRegistry as detachRegistryOperation,
  getRegistry as getRegistryOperation,
  updateRegistry as updateRegistryOperation,
} from "@/contracts/registries";
import { createRule, deleteRule as deleteRuleOperation, getRule as getRuleOperation } from "@/contracts/rules";
import { updateSpace as updateSpaceOperation } from "@/contracts/spaces";
import type { Role } from "@/domain/access/permissions";
import { getGcSchedule } from "@/server/gc/get-gc-schedule";
import { removeGcSchedule } from "@/server/gc/remove-gc-schedule";
import { setGcSchedule } from "@/server/gc/set-gc-schedule";
import { insertSession } from "@/server/platform/auth/access.store";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { newId } from "@/server/platform/new-id";
import { detachRegistry } from "@/server/registries/detach-registry";
import { getRegistry } from "@/server/registries/get-registry";
import { updateRegistry } from "@/server/registries/update-registry";
import { createRules } from "@/server/rules/create-rules";
import { deleteRule } from "@/server/rules/delete-rule";
import { getRule } from "@/server/rules/get-rule";
import { updateSpace } from "@/server/spaces/update-space";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { workspaceRoute } from "./route";

let database: TestDatabase;
let tenant: TestTenant;
/** The admin's; each test has its own. */
let cookie: string;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  tenant = await createTestTenant();
  cookie = await signIn("admin");
});

async function signIn(role: Role): Promise<string> {
  const userId = newId("usr");
  await prisma().user.create({ data: { id: userId, email: `${userId}@x.example`, name: "Ada", passwordHash: "" } });
  await prisma().member.create({ data: { workspaceId: tenant.workspaceId, userId, role } });
  const sessionId = await insertSession(userId, "a test");
  const token = await encode({ token: { sessionId }, secret: env().RECLAIM_SESSION_SECRET });
  return `next-auth.session-token=${token}`;
}

type Route = ReturnType<typeof workspaceRoute>;

async function send(
  route: Route,
  operation: Operation,
  options: { params?: Record<string, string>; body?: unknown; headers?: Record<string, string>; cookie?: string } = {},
) {
  const { workspaceId, spaceId } = tenant;
  const isChange = operation.method !== "GET" && operation.method !== "DELETE";
  const request = new NextRequest("http://127.0.0.1/api", {
    method: operation.method,
    headers: { cookie, ...options.headers, ...(options.cookie === undefined ? {} : { cookie: options.cookie }) },
    ...(isChange ? { body: JSON.stringify(options.body ?? {}) } : {}),
  });
  const all = Object.entries({ workspaceId, spaceId, ...options.params });
  const params = Object.fromEntries(all.filter(([name]) => operation.path.includes(`{${name}}`)));
  const response = await route(request, { params: Promise.resolve(params) });
  return { response, body: (await response.json()) as Record<string, unknown> };
}

const definition = {
  ...{ effect: "reclaim" as const, when: [], schedule: { kind: "manual" as const }, limits: {} },
  allowLastArtifact: false,
  select: {
    ...{ repositories: { include: [], exclude: [] }, tags: { include: [], exclude: [] } },
    ...{ state: "any" as const, kinds: "any" as const },
  },
};

/** A start that counts how often it was done, and waits until it is let go on. */
function countingStart(answer: () => Promise<unknown> = () => Promise.resolve({ id: newId("run") })) {
  let count = 0;
  const operation = { ...createRule, response: getAnything, successStatus: 202 as const };
  const route = workspaceRoute(operation, async () => {
    count++;
    return (await answer()) as never;
  });
  return { count: () => count, post: (options: Parameters<typeof send>[2]) => send(route, operation, options) };
}
const getAnything = { parse: (value: unknown) => value } as unknown as (typeof createRule)["response"];
const body = (name: string) => ({ name, definition });

test("the same key and input are answered once, however often and however many at a time; other input is refused", async () => {
  const { count, post } = countingStart();
  const headers = { "idempotency-key": newId("req") };
  const answers = await Promise.all([1, 2, 3, 4].map(() => post({ body: body("a"), headers })));
  const again = await post({ body: body("a"), headers });
  expect(new Set([...answers, again].map((answer) => JSON.stringify([answer.response.status, answer.body]))).size).toBe(
    1,
  );
  expect(again.response.headers.get("idempotency-replayed")).toBe("true");
  expect(count()).toBe(1);
  expect(await post({ body: body("b"), headers })).toMatchObject({ body: { code: "unprocessable" } });
  expect(await post({ body: body("a"), headers: { "idempotency-key": "two words" } })).toMatchObject({
    body: { code: "bad_request" },
  });
  // Somebody else's key of the same name is another one.
  await post({ body: body("a"), headers, cookie: await signIn("admin") });
  expect(count()).toBe(2);
  const kept = await prisma().idempotencyKey.findMany({ where: { key: headers["idempotency-key"] } });
  for (const { answerEncrypted } of kept) expect(answerEncrypted).not.toContain("run_");
});

test("what was refused frees its key; what failed on our side may have done its work, and is not done again", async () => {
  const { AppError } = await import("../app-error");
  let isRefusing = true;
  const start = countingStart(() =>
    isRefusing ? Promise.reject(new AppError("conflict", "Not now.")) : Promise.resolve({ id: "x" }),
  );
  const headers = { "idempotency-key": newId("req") };
  expect((await start.post({ body: body("a"), headers })).response.status).toBe(409);
  isRefusing = false;
  expect((await start.post({ body: body("a"), headers })).response.status).toBe(202);

  const failing = countingStart(() => Promise.reject(new Error("the connection was lost")));
  const lost = { "idempotency-key": newId("req") };
  expect((await failing.post({ body: body("a"), headers: lost })).response.status).toBe(500);
  await prisma().idempotencyKey.updateMany({
    where: { key: lost["idempotency-key"] },
    data: { createdAt: new Date(Date.now() - 600_000) },
  });
  expect(await failing.post({ body: body("a"), headers: lost })).toMatchObject({
    body: { code: "conflict", detail: expect.stringContaining("its answer was lost") },
  });
  expect(failing.count()).toBe(1);
  // A day later the key is as good as new.
  await prisma().idempotencyKey.updateMany({
    where: { key: lost["idempotency-key"] },
    data: { createdAt: new Date(Date.now() - 25 * 3_600_000) },
  });
  expect((await failing.post({ body: body("a"), headers: lost })).response.status).toBe(500);
  expect(failing.count()).toBe(2);
});

test("a rule is deleted, and a space changed, only in the version that was seen", async () => {
  const params = { workspaceId: tenant.workspaceId, spaceId: tenant.spaceId };
  const { items } = await createRules(tenant.scope, {
    ...params,
    rules: [{ name: "one", definition, isEnabled: true }],
  });
  const ruleId = items[0]?.id ?? "";
  const get = workspaceRoute(getRuleOperation, (scope, { params }) => getRule(scope, params));
  const remove = workspaceRoute(deleteRuleOperation, (scope, { params }) => deleteRule(scope, params));
  const seen = (await send(get, getRuleOperation, { params: { ruleId } })).response.headers.get("etag");
  expect(seen).toBe('"r1"');
  const stale = await send(remove, deleteRuleOperation, { params: { ruleId }, headers: { "if-match": '"r7"' } });
  expect(stale).toMatchObject({ response: { status: 412 }, body: { code: "precondition_failed" } });
  const gone = await send(remove, deleteRuleOperation, { params: { ruleId }, headers: { "if-match": seen ?? "" } });
  expect(gone.response.status).toBe(200);

  const change = workspaceRoute(updateSpaceOperation, (scope, { params, body }) =>
    updateSpace(scope, { ...params, ...body }),
  );
  const patch = (days: number, ifMatch?: string) =>
    send(change, updateSpaceOperation, {
      body: { binRetentionDays: days },
      headers: ifMatch === undefined ? {} : { "if-match": ifMatch },
    });
  const first = (await patch(11)).response.headers.get("etag") ?? "";
  // Everybody who saw the same version races: one wins, the others are told.
  const raced = await Promise.all([12, 13, 14].map((days) => patch(days, first)));
  expect(raced.map(({ response }) => response.status).sort()).toEqual([200, 412, 412]);
  expect((await patch(20, "*")).response.status).toBe(200);
  expect((await patch(21)).response.status).toBe(200);
});

test("a registry is read with the version that a change of it may name", async () => {
  const registryId = newId("reg");
  const { workspaceId } = tenant;
  await prisma().registry.create({
    data: { id: registryId, workspaceId, name: "builds", url: `http://127.0.0.1:1/${registryId}`, auth: "none" },
  });
  const get = workspaceRoute(getRegistryOperation, (scope, { params }) => getRegistry(scope, params));
  const update = workspaceRoute(updateRegistryOperation, (scope, { params, body }) =>
    updateRegistry(scope, { ...body, ...params }),
  );
  const params = { registryId };
  const seen = await send(get, getRegistryOperation, { params });
  expect(seen).toMatchObject({
    response: { status: 200 },
    body: { id: registryId, name: "builds", owner: "workspace" },
  });
  const etag = seen.response.headers.get("etag") ?? "";
  expect(etag).toMatch(/^"[\w-]{22}"$/);
  const rename = (name: string) =>
    send(update, updateRegistryOperation, { params, body: { name }, headers: { "if-match": etag } });
  const raced = await Promise.all(["one", "two", "three"].map(rename));
  expect(raced.map(({ response }) => response.status).sort()).toEqual([200, 412, 412]);
  const after = await send(get, getRegistryOperation, { params });
  const won = raced.find(({ response }) => response.status === 200);
  expect(after.body.name).toBe(won?.body.name);
  expect(after.response.headers.get("etag")).toBe(won?.response.headers.get("etag"));
  // How it is makes no other version of it.
  await prisma().registry.update({
    where: { id: registryId },
    data: { health: "unhealthy", lastCrawledAt: new Date() },
  });
  const looked = await send(get, getRegistryOperation, { params });
  expect(looked.response.headers.get("etag")).toBe(after.response.headers.get("etag"));
  const detach = workspaceRoute(detachRegistryOperation, (scope, { params }) => detachRegistry(scope, params));
  const detachAs = (version: string) =>
    send(detach, detachRegistryOperation, { params, headers: { "if-match": version } });
  // Whoever detaches what they saw does not detach what somebody has made of it since.
  expect((await detachAs(etag)).response.status).toBe(412);
  // A viewer reads it without what only its owner has to know.
  const viewed = await send(get, getRegistryOperation, { params, cookie: await signIn("viewer") });
  expect(viewed.body).toMatchObject({ name: after.body.name, canEdit: false, username: null, report: null });
  const foreign = await createTestTenant({ name: "other" });
  const away = await send(get, getRegistryOperation, { params: { ...params, workspaceId: foreign.workspaceId } });
  expect(away.response.status).toBe(404);
  expect((await detachAs(after.response.headers.get("etag") ?? "")).response.status).toBe(200);
});

test("a collection schedule is removed only in the version that was seen", async () => {
  const params = { registryId: tenant.registryId };
  const get = workspaceRoute(getGcScheduleOperation, (scope, { params }) => getGcSchedule(scope, params));
  const set = workspaceRoute(setGcScheduleOperation, (scope, { params, body }) =>
    setGcSchedule(scope, { ...params, ...body }),
  );
  const remove = workspaceRoute(removeGcScheduleOperation, (scope, { params }) => removeGcSchedule(scope, params));
  const schedule = (revision: number) => ({
    ...{ expression: "0 3 * * SUN", timeZone: "UTC", deleteUntagged: true, revision },
  });
  const removeAs = (ifMatch: string) =>
    send(remove, removeGcScheduleOperation, { params, headers: { "if-match": ifMatch } });
  const first = await send(set, setGcScheduleOperation, { params, body: schedule(0) });
  const seen = first.response.headers.get("etag") ?? "";
  await send(set, setGcScheduleOperation, { params, body: schedule(1) });
  expect(await removeAs(seen)).toMatchObject({ response: { status: 412 }, body: { code: "precondition_failed" } });
  const kept = await send(get, getGcScheduleOperation, { params });
  expect(kept.body).toMatchObject({ schedule: { revision: 2 } });
  const audits = () =>
    prisma().auditEvent.count({ where: { action: "gc.unschedule", workspaceId: tenant.workspaceId } });
  expect(await audits()).toBe(0);
  expect((await removeAs(kept.response.headers.get("etag") ?? "")).body).toMatchObject({ schedule: null });
  expect(await audits()).toBe(1);
  // There is none any more: whoever still sees one is told, too.
  expect((await removeAs('"r2"')).response.status).toBe(412);
  expect((await removeAs("*")).response.status).toBe(200);
});

test("K-44 each refused change is in the log of those whom it concerns, and knocking does not fill it", async () => {
  const change = workspaceRoute(updateSpaceOperation, (scope, { params, body }) =>
    updateSpace(scope, { ...params, ...body }),
  );
  const viewer = await signIn("viewer");
  const forbidden = await send(change, updateSpaceOperation, { body: { name: "x" }, cookie: viewer });
  expect(forbidden.response.status).toBe(403);
  const requestId = forbidden.response.headers.get("x-request-id") ?? "";
  expect(await prisma().auditEvent.findMany({ where: { requestId } })).toMatchObject([
    {
      ...{ workspaceId: tenant.workspaceId, actorKind: "user", actorName: "Ada", outcome: "refused" },
      ...{ action: "refused.updateSpace", data: { status: 403, code: "forbidden" } },
    },
  ]);
  const foreign = await createTestTenant({ name: "other" });
  const knock = () =>
    send(change, updateSpaceOperation, { params: { workspaceId: foreign.workspaceId }, body: { name: "x" } });
  const first = await knock();
  expect(first.response.status).toBe(404);
  const [kept] = await prisma().auditEvent.findMany({
    where: { requestId: first.response.headers.get("x-request-id") ?? "" },
  });
  expect(kept).toMatchObject({ workspaceId: null, outcome: "refused", data: { status: 404 } });
  for (let n = 0; n < 30; n++) await knock();
  const count = await prisma().auditEvent.count({ where: { actorId: kept?.actorId ?? "", outcome: "refused" } });
  expect(count).toBe(10);
});
