import { afterAll, beforeAll, expect, test } from "vitest";
import { buildImage, buildLayer } from "@/scripts/demo/oci-image";
import { createImagePusher } from "@/scripts/demo/push-image";
import { disconnectPrisma } from "@/server/platform/db/prisma";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { createTestTenant } from "@/testing/tenant";
import { hasTwin } from "./has-twin";
import { closeRegistries } from "./open-registry";

let database: TestDatabase;
let attached: TestRegistry;
let other: TestRegistry;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  [attached, other] = await Promise.all([startTestRegistry(), startTestRegistry()]);
  await createTestTenant({ registryUrl: attached.url });
});
afterAll(async () => {
  closeRegistries();
  await disconnectPrisma();
  await Promise.all([attached?.stop(), other?.stop()]);
  await database.drop();
});

const ask = (url: string) =>
  hasTwin(
    {
      ...{ kind: "distribution", url, auth: "none", username: null, password: null, storageRoot: null, bucket: null },
      addressPolicy: { allowsPrivate: true },
    },
    null,
  );

test("K-35 a registry is known under every name of its machine; another port is another registry", async () => {
  const { port } = new URL(attached.url);
  expect(await ask(`http://localhost:${port}`)).toBe(true);
  expect(await ask(`http://127.0.0.2:${port}`)).toBe(true);
  expect(await ask(other.url)).toBe(false);
});

test("K-35 with images in it, it is still known", async () => {
  const pusher = createImagePusher({ registryUrl: attached.url, username: null, password: null });
  const layers = [await buildLayer("twin", [{ path: "app", sizeBytes: 10 }])];
  const platform = { os: "linux", architecture: "amd64" };
  await pusher.push("team/app", await buildImage({ layers, platform, createdAt: new Date(0), labels: {} }), "v1");
  pusher.close();
  const { port } = new URL(attached.url);
  expect(await ask(`http://localhost:${port}`)).toBe(true);
});
