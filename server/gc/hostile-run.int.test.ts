import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunNumbers } from "@/contracts/history";
import { executeRun } from "@/server/history/execute-run";
import { prisma } from "@/server/platform/db/prisma";
import { FilesystemStorage } from "@/server/platform/storage/filesystem-storage";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { setConsoleEnv } from "@/testing/console-env";
import { neededBlobs, startTraffic, storedBlobs, type TrafficReport } from "@/testing/hostile-traffic";
import { testRedisUrl } from "@/testing/redis";
import { skopeoPull } from "@/testing/skopeo";
import { verifyClosure } from "@/testing/storage/verify-closure";
import { until } from "@/testing/until";
import { executeGc } from "./execute-gc";
import { startGc } from "./start-gc";

const COLLECTIONS = 3;
/** As many at a time as skopeo can be started on a small machine. */
const PULLS_AT_ONCE = 3;
/** There has to be something that nobody needs. */
const PUSHES_FIRST = 40;
const never = new AbortController().signal;
const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };

const countOf = ({ pushed }: Pick<TrafficReport, "pushed">) => pushed.single + pushed.multi + pushed.slow;

/** Debian's 2.8, and a 3.x where its binary is at hand. */
const { REGISTRY3_BIN } = process.env;
const REGISTRIES: [string, string | undefined][] = [["2.8", undefined]];
if (REGISTRY3_BIN !== undefined && existsSync(REGISTRY3_BIN)) REGISTRIES.push(["3.x", REGISTRY3_BIN]);

describe.each(REGISTRIES)("a hostile run against a registry of %s", (_, binary) => {
  let world: BinWorld;
  let space: BinSpace;

  beforeAll(async () => {
    const before = process.env.RECLAIM_REGISTRY_BINARY;
    if (binary !== undefined) process.env.RECLAIM_REGISTRY_BINARY = binary;
    world = await startBinWorld();
    if (binary !== undefined) process.env.RECLAIM_REGISTRY_BINARY = before ?? "";
    setConsoleEnv({
      ...{ databaseUrl: world.database.url, redisUrl: testRedisUrl(), RECLAIM_GRACE_HOURS: "0" },
      // As short as a loaded machine answers one request in; the real ones are minutes.
      ...{ RECLAIM_TOKEN_TTL_SECONDS: "1", RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_INFLIGHT_WINDOW_SECONDS: "4" },
      // All of it is one process here, and a busy one.
      RECLAIM_HEARTBEAT_STALE_SECONDS: "30",
    });
    await prisma().registry.update({ where: { id: world.registryId }, data: { gcEnabledAt: new Date() } });
    space = await BinSpace.create(world);
  });
  afterAll(() => world.stop());

  const collect = async (): Promise<RunNumbers> => {
    const { id } = await startGc(space.scope, { spaceId: space.spaceId, deleteUntagged: true, mode: "online" });
    await executeRun(id, "collector", executors, never);
    const run = await prisma().run.findUniqueOrThrow({ where: { id } });
    expect([run.status, run.error]).toEqual(["succeeded", null]);
    return run.totals as RunNumbers;
  };

  test("N-07, law 1 loses nothing in three online collections at full speed, and leaves nothing that nobody needs", async () => {
    const root = world.registry.storageRoot;
    const traffic = await startTraffic(space, 4);
    await until("traffic", () => countOf(traffic.report) >= PUSHES_FIRST);
    const totals: RunNumbers[] = [];
    for (let at = 0; at < COLLECTIONS; at++) totals.push(await collect());
    const report = await traffic.stop();

    expect(report.problems).toEqual([]);
    expect(report.failedPulls).toEqual([]);
    expect(verifyClosure(root).broken).toEqual({});
    // The traffic was there, and the collections had something to do and to take back or leave.
    for (const count of Object.values(report.pushed)) expect(count).toBeGreaterThan(0);
    expect([report.pulls, report.recycled, report.restored].every((count) => count > 0)).toBe(true);
    expect(totals.every(({ deletedBlobs = 0 }) => deletedBlobs > 0)).toBe(true);
    const images = [...report.tags];
    for (let from = 0; from < images.length; from += PULLS_AT_ONCE) {
      await Promise.all(
        images.slice(from, from + PULLS_AT_ONCE).map(async ([name, digest]) => {
          const [repository = "", tag = ""] = name.split(":");
          const at = { registryUrl: world.registry.url, repository };
          expect(await skopeoPull({ ...at, reference: tag }), name).toEqual({ ok: true, digest, error: null });
          expect(await skopeoPull({ ...at, reference: digest }), name).toEqual({ ok: true, digest, error: null });
        }),
      );
    }

    // Now that nobody pushes, one more takes whatever was still young.
    await collect();
    expect(verifyClosure(root).broken).toEqual({});
    const needed = neededBlobs(root);
    expect(storedBlobs(root).filter((digest) => !needed.has(digest))).toEqual([]);
    expect([...needed].filter((digest) => !storedBlobs(root).includes(digest))).toEqual([]);
    expect(await new FilesystemStorage(root).listQuarantines()).toEqual([]);
  }, 300_000);
});
