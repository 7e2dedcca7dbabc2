import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { until } from "@/testing/until";
import { type BulkConnection, endBulkConnections, openBulkConnection, withBulkConnection } from "./bulk-connection";
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

const never = new AbortController().signal;

async function pidOf(connection: BulkConnection): Promise<number> {
  const [row] = await connection.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return row?.pid ?? 0;
}

/** The pids of bulk connections that the server has. */
async function openPids(): Promise<number[]> {
  const rows = await prisma().$queryRaw<{ pid: number }[]>`
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'reclaim-bulk' ORDER BY pid`;
  return rows.map((row) => row.pid);
}

test("a connection is used again, with nothing of whoever had it before", async () => {
  const first = await withBulkConnection(never, async (connection) => {
    await connection.query("CREATE TEMP TABLE left_behind (at int)");
    await connection.query("SET work_mem = '77MB'");
    await connection.query("SELECT pg_advisory_lock(4711)");
    return pidOf(connection);
  });
  // It is cleaned meanwhile.
  const [tables, memory, locks] = await until("it is free again", async () => {
    const open = await openBulkConnection(never);
    const isSame = (await pidOf(open.connection)) === first;
    if (!isSame) {
      open.close();
      return null;
    }
    const found = [
      await open.connection.query("SELECT to_regclass('pg_temp.left_behind') AS name"),
      await open.connection.query("SHOW work_mem"),
      await open.connection.query(
        "SELECT count(*)::int AS held FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
      ),
    ];
    open.release();
    return found;
  });
  expect(tables).toEqual([{ name: null }]);
  expect(memory).not.toEqual([{ work_mem: "77MB" }]);
  expect(locks).toEqual([{ held: 0 }]);
  await endBulkConnections();
  await until("none is left", async () => ((await openPids()).length === 0 ? true : null));
});

test("one that is still in a transaction, or whose work failed, is nobody else's", async () => {
  const forgetful = await withBulkConnection(never, async (connection) => {
    await connection.query("BEGIN");
    return pidOf(connection);
  });
  let failed = 0;
  await expect(
    withBulkConnection(never, async (connection) => {
      failed = await pidOf(connection);
      await connection.query("SELECT 1 / 0");
    }),
  ).rejects.toThrow("division by zero");
  await until("both are gone", async () => {
    const pids = await openPids();
    return pids.includes(forgetful) || pids.includes(failed) ? null : true;
  });
  expect([forgetful, failed]).not.toContain(await withBulkConnection(never, pidOf));
});

test("whoever gives up tears what they are at, and the next one gets another", async () => {
  const controller = new AbortController();
  let torn = 0;
  const work = withBulkConnection(controller.signal, async (connection) => {
    torn = await pidOf(connection);
    const sleeping = connection.query("SELECT pg_sleep(600)");
    await setImmediate();
    controller.abort(new Error("cancelled by somebody"));
    await sleeping;
  });
  await expect(work).rejects.toThrow("cancelled by somebody");
  await expect(withBulkConnection(controller.signal, pidOf)).rejects.toThrow("cancelled by somebody");
  await until("the server has given up as well", async () => ((await openPids()).includes(torn) ? null : true));
  expect(await withBulkConnection(never, pidOf)).not.toBe(torn);
});

test("nothing is done on one that was given back", async () => {
  const open = await openBulkConnection(never);
  open.release();
  await expect(open.connection.query("SELECT 1")).rejects.toThrow("given back");
  await expect(open.connection.copyOut("SELECT 1", () => undefined)).rejects.toThrow("given back");
});

test("one that the server ended while nobody used it is replaced", async () => {
  const kept = await withBulkConnection(never, pidOf);
  await prisma().$queryRaw`SELECT pg_terminate_backend(${kept}::int)`;
  await until("it is gone", async () => ((await openPids()).includes(kept) ? null : true));
  const next = await until("another one answers", () => withBulkConnection(never, pidOf).catch(() => null));
  expect(next).not.toBe(kept);
});
