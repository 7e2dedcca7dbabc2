import { NextRequest } from "next/server";
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { watchSpace } from "@/contracts/space-stream";
import { signOut } from "@/server/access/sign-out";
import { insertSession } from "@/server/platform/auth/access.store";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { newId } from "@/server/platform/new-id";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { type StreamFacts, workspaceStreamRoute } from "./route";

let database: TestDatabase;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  tenant = await createTestTenant();
});
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
});

async function signIn(): Promise<{ userId: string; sessionId: string; cookie: string }> {
  const userId = newId("usr");
  await prisma().user.create({ data: { id: userId, email: `${userId}@x.example`, name: "Ada", passwordHash: "" } });
  await prisma().member.create({ data: { workspaceId: tenant.workspaceId, userId, role: "viewer" } });
  const sessionId = await insertSession(userId, "a test");
  const token = await encode({ token: { sessionId }, secret: env().RECLAIM_SESSION_SECRET });
  return { userId, sessionId, cookie: `next-auth.session-token=${token}` };
}

/** Opens a stream and answers what its source may ask while it runs. */
async function open(cookie: string): Promise<StreamFacts> {
  let facts: StreamFacts | undefined;
  const handle = workspaceStreamRoute(watchSpace, (_scope, _input, given) => {
    facts = given;
    return Promise.resolve(new ReadableStream<Uint8Array>());
  });
  const { workspaceId, spaceId } = tenant;
  const request = new NextRequest("http://127.0.0.1/stream", { headers: { cookie } });
  const response = await handle(request, { params: Promise.resolve({ workspaceId, spaceId }) });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  if (!facts) throw new Error("the stream was not opened");
  return facts;
}

test("a stream learns that its session was revoked", async () => {
  const { sessionId, cookie } = await signIn();
  const facts = await open(cookie);
  expect(await facts.isStillAllowed()).toBe(true);
  await signOut(sessionId);
  expect(await facts.isStillAllowed()).toBe(false);
});

test("a stream learns that its reader is no member any more", async () => {
  const { userId, cookie } = await signIn();
  const facts = await open(cookie);
  await prisma().member.deleteMany({ where: { userId } });
  expect(await facts.isStillAllowed()).toBe(false);
});
