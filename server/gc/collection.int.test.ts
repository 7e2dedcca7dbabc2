import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { claimRun, type RunRecord } from "@/server/history/run.store";
import { createRunContext, RunStopped } from "@/server/history/run-context";
import { systemScope } from "@/server/platform/auth/workspace-scope";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { withRegistryLock } from "@/server/platform/db/registry-lock";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { temporaryRoot } from "@/testing/storage/collect";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { type Collection, underLock } from "./collection";
import { gcOptionsOf } from "./gc-options";
import { ownWords } from "./own-words";
import { startGc } from "./start-gc";

let database: TestDatabase;
let tenant: TestTenant;
let removeRoot: () => void;
let runId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  const { root, remove } = temporaryRoot();
  removeRoot = remove;
  tenant = await createTestTenant({ name: "acme", storageRoot: root, auth: "console" });
  const scope = systemScope(tenant.workspaceId, { name: "a test" });
  runId = (await startGc(scope, { spaceId: tenant.spaceId, isDryRun: true, deleteUntagged: false })).id;
  return () => removeRoot();
});

/** Whoever had it before is taken for dead. */
async function claim(workerId: string): Promise<Collection> {
  await prisma().run.update({ where: { id: runId }, data: { heartbeatAt: new Date(0) } });
  const run = (await claimRun(runId, workerId, 10)) as RunRecord;
  const open = await openRegistryById(run.registryId);
  if (!open?.storage) throw new Error("there is no storage");
  const { signal } = new AbortController();
  return {
    context: createRunContext(run, systemScope(run.workspaceId, { name: "a test" }), signal),
    ...{ registry: open.registry, storage: open.storage, options: gcOptionsOf(run) },
    ...{ held: { lease: null, isDrained: false }, words: await ownWords(run.registryId, run.workspaceId), signal },
  };
}

describe("D-22 underLock", () => {
  it.each([
    { which: "first", claims: 1, phase: "waiting_for_lock" as const },
    { which: "later", claims: 2, phase: "waiting_for_lock" as const },
    { which: "first", claims: 1, phase: null },
    { which: "later", claims: 2, phase: null },
  ])(
    "a $which claim that stood still takes no lock from the present one, nor waits for it ($phase)",
    async ({ claims, phase }) => {
      let old = await claim("a worker that stood still");
      for (let i = 1; i < claims; i++) old = await claim("a worker that stood still");
      const present = await claim("the present worker");
      await withRegistryLock(tenant.registryId, "exclusive", {}, async (held) => {
        const asked = underLock(old, phase, () => Promise.reject(new Error("it must not begin")));
        await expect(asked).rejects.toEqual(new RunStopped("fenced"));
        // Asked on the lock's own connection: it is still there.
        expect(await held.withRepository("acme/app", () => Promise.resolve("held"))).toBe("held");
        expect(held.lost.aborted).toBe(false);
      });
      const begun = await underLock(present, "waiting_for_lock", () => Promise.resolve("begun"));
      expect(begun).toBe("begun");
    },
  );
});
