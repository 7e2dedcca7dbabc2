import { Queue } from "bullmq";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
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

test("a registry is asked to be read once, however long nobody comes to it, and again when its time has come", async () => {
  const { registryId } = await createTestTenant();
  vi.useFakeTimers({ toFake: ["Date"] });
  for (let tick = 0; tick < 4; tick++) {
    vi.setSystemTime(Date.now() + 5_000);
    await enqueueDueCrawls(new Date());
  }
  vi.useRealTimers();
  const crawls = await prisma().crawl.findMany({ where: { registryId } });
  expect(crawls).toMatchObject([{ status: "queued", trigger: "schedule", spaceId: null }]);
  const connection = workerConnection();
  const queue = new Queue("crawl", { connection, prefix: QUEUE_PREFIX });
  try {
    const jobs = await queue.getJobs(["waiting", "delayed", "active", "prioritized"]);
    expect(jobs.filter((job) => job.data.crawlId === crawls[0]?.id)).toHaveLength(1);
  } finally {
    await queue.close();
    connection.disconnect();
  }
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);
  const count = () => prisma().crawl.count({ where: { registryId } });
  const end = (status: string) =>
    prisma().crawl.updateMany({ where: { registryId, finishedAt: null }, data: { status, finishedAt: new Date() } });

  // It failed: tried again, but not at once.
  await end("failed");
  await enqueueDueCrawls(inMinutes(1));
  expect(await count()).toBe(1);
  await enqueueDueCrawls(inMinutes(6));
  expect(await count()).toBe(2);
  // It was read: its time comes in half an hour.
  await end("succeeded");
  await prisma().registry.update({ where: { id: registryId }, data: { lastCrawledAt: new Date() } });
  await enqueueDueCrawls(inMinutes(29));
  expect(await count()).toBe(2);
  await enqueueDueCrawls(inMinutes(31));
  expect(await count()).toBe(3);
});
