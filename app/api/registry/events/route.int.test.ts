import net, { type AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { setConsoleEnv } from "@/testing/console-env";
import { startMachineClock } from "@/testing/machine-clock";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { POST } from "./route";

let database: TestDatabase;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  tenant = await createTestTenant();
});
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});

async function post(
  body: string,
  secret = "an events secret of the tests",
  contentType = "application/vnd.docker.distribution.events.v1+json",
): Promise<number> {
  const url = `http://127.0.0.1/api/registry/events?registry=${tenant.registryId}`;
  const headers = { authorization: `Bearer ${secret}`, "content-type": contentType };
  return (await POST(new Request(url, { method: "POST", headers, body }))).status;
}

function pushed(id: string, target: object = {}): string {
  const event = {
    id,
    action: "push",
    timestamp: "2026-01-02T03:04:05.000Z",
    target: { mediaType: "application/vnd.oci.image.manifest.v1+json", repository: "acme/app", ...target },
    request: { method: "PUT", useragent: "docker/27", addr: "10.0.0.1" },
    actor: { name: "usr_1" },
  };
  return JSON.stringify({ events: [event] });
}

const stored = (id: string) => prisma().registryEvent.findFirst({ where: { registryId: tenant.registryId, id } });

test("what is read later of a notification is kept, and nothing else", async () => {
  expect(
    await post(pushed("plain", { tag: "v1", url: "http://registry/v2/acme/app", references: [{ size: 1 }] })),
  ).toBe(200);
  expect((await stored("plain"))?.payload).toEqual({
    action: "push",
    timestamp: "2026-01-02T03:04:05.000Z",
    target: { mediaType: "application/vnd.oci.image.manifest.v1+json", repository: "acme/app", tag: "v1" },
    request: { method: "PUT", useragent: "docker/27" },
    actor: { name: "usr_1" },
  });
});

test("a notification that nothing can be done about is not asked for again: the registry would hold all others back", async () => {
  const layers = Array.from({ length: 9_000 }, (_, i) => ({
    mediaType: "application/x",
    digest: `sha256:${"0".repeat(64)}`,
    i,
  }));
  expect(await post(pushed("large", { references: layers }))).toBe(200);
  expect(await post("{")).toBe(200);
  // A manifest may name any media type, and the registry repeats it.
  expect(await post(pushed("nul", { references: [{ mediaType: "a\0" }], mediaType: "b\0\ud800" }))).toBe(200);
  expect(await stored("nul")).toMatchObject({
    payload: { target: { mediaType: "b\ufffd\ufffd", repository: "acme/app" } },
  });
});

test("R-02 registries of version 2.8 and 3 are understood alike, and answered within milliseconds", async () => {
  const times: number[] = [];
  for (let i = 0; i < 30; i++) {
    // 3.x says of what is removed that it is nothing of no size.
    const body =
      i % 2 === 0
        ? pushed(`v1 ${i}`)
        : pushed(`v2 ${i}`)
            .replace('"push"', '"delete"')
            .replace(/"mediaType":"[^"]*"/, '"mediaType":"","size":0');
    const type = `application/vnd.docker.distribution.events.v${i % 2 === 0 ? 1 : 2}+json`;
    const begunAt = performance.now();
    expect(await post(body, undefined, type)).toBe(200);
    times.push(performance.now() - begunAt);
  }
  expect((await stored("v1 0"))?.payload).toMatchObject({ action: "push" });
  expect((await stored("v2 29"))?.payload).toMatchObject({ action: "delete", target: { mediaType: "" } });
  // A few milliseconds where the machine is free; a registry waits for one second by default.
  expect(times.toSorted((a, b) => a - b)[15]).toBeLessThan(500);
});

test("a Redis that hangs does not hold the registry back", async () => {
  const hung = net.createServer(() => undefined);
  await new Promise<void>((resolve) => hung.listen(0, "127.0.0.1", resolve));
  await closeQueues();
  const { port } = hung.address() as AddressInfo;
  setConsoleEnv({ databaseUrl: database.url, redisUrl: `redis://127.0.0.1:${port}` });
  const elapsed = startMachineClock();
  expect(await post(pushed("while redis hangs"))).toBe(200);
  expect(elapsed()).toBeLessThan(2_000);
  expect(await stored("while redis hangs")).not.toBeNull();
  await closeQueues();
  hung.close();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});

test("who does not know the secret is refused", async () => {
  expect(await post(pushed("foreign"), "guessed")).toBe(401);
  expect(await stored("foreign")).toBeNull();
});
