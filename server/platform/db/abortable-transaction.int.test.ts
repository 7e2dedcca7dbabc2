import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setConsoleEnv } from "@/testing/console-env";
import { startMachineClock } from "@/testing/machine-clock";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { abortableTransaction } from "./abortable-transaction";
import { disconnectPrisma, prisma } from "./prisma";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
});

const workspaces = () => prisma().workspace.count();
const insert = (id: string) => ({ data: { id, slug: id, name: id } });

test("what PostgreSQL is at ends within moments of an abort, with nothing written, and the connections stay good", async () => {
  const stop = new AbortController();
  const work = abortableTransaction(stop.signal, async (tx) => {
    await tx.workspace.create(insert("ws_aborted"));
    await tx.$queryRaw`SELECT pg_sleep(60)::text`;
  });
  const outcome = work.catch((error: unknown) => error);
  const isAsleep = async () =>
    (
      await prisma().$queryRaw<
        unknown[]
      >`SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`
    ).length > 0;
  const deadline = Date.now() + 20_000;
  while (!(await isAsleep()) && Date.now() < deadline) await delay(20);
  const elapsed = startMachineClock();
  const reason = new Error("enough");
  stop.abort(reason);
  expect(await outcome).toBe(reason);
  expect(elapsed()).toBeLessThan(2_000);
  expect(await workspaces()).toBe(0);
  for (let i = 0; i < 20; i++) expect(await workspaces()).toBe(0);
});

test("without an abort it is a transaction like any other; after one it does not begin", async () => {
  const stop = new AbortController();
  expect(await abortableTransaction(stop.signal, async (tx) => (await tx.workspace.create(insert("ws_kept"))).id)).toBe(
    "ws_kept",
  );
  await expect(
    abortableTransaction(stop.signal, async (tx) => {
      await tx.workspace.create(insert("ws_failed"));
      throw new Error("of its own");
    }),
  ).rejects.toThrow("of its own");
  stop.abort(new Error("enough"));
  await expect(abortableTransaction(stop.signal, async (tx) => tx.workspace.create(insert("ws_late")))).rejects.toThrow(
    "enough",
  );
  expect(await workspaces()).toBe(1);
});
