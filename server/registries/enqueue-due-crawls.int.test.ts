import { Queue } from "bullmq";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { disconnectPrisma } from "@/server/platform/db/prisma";
import { workerConnection } from "@/server/platform/queue/connection";
import { closeQueues, QUEUE_PREFIX } from "@/server/platform/queue/enqueue";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant } from "@/testing/tenant";
import { enqueueDueCrawls } from "./enqueue-due-crawls";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});

test("a registry is queued once to be read, however long nobody comes to it", async () => {
  const { registryId } = await createTestTenant();
  vi.useFakeTimers({ toFake: ["Date"] });
  for (let tick = 0; tick < 4; tick++) {
    vi.setSystemTime(Date.now() + 5_000);
    await enqueueDueCrawls(new Date());
  }
  vi.useRealTimers();
  const connection = workerConnection();
  const queue = new Queue("crawl", { connection, prefix: QUEUE_PREFIX });
  try {
    const jobs = await queue.getJobs(["waiting", "delayed", "active", "prioritized"]);
    expect(jobs.filter((job) => job.data.registryId === registryId)).toHaveLength(1);
  } finally {
    await queue.close();
    connection.disconnect();
  }
});
