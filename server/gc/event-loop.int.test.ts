import fs from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { executeRun } from "@/server/history/execute-run";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { FilesystemStorage } from "@/server/platform/storage/filesystem-storage";
import { closeRegistries } from "@/server/registries/open-registry";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { temporaryRoot } from "@/testing/storage/collect";
import { StorageTree } from "@/testing/storage/storage-tree";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { executeGc } from "./execute-gc";
import { startGc } from "./start-gc";

/** How long each call to the storage holds the event loop here, as those of a slow disk do. */
const CALL_MS = 1;
/** A slice of 15 ms, and what those that work side by side begin before they see that it is over. */
const CALLS_A_TURN_MAX = 25;
const UNTAGGED = 60;
const UNUSED = 60;
const SLOW = [
  ...["quarantineBlob", "releaseBlob", "purgeQuarantinedBlob", "statBlob", "readBlob", "readQuarantinedBlob"],
  ...["deleteRevision", "restoreRevision", "revisionWrittenAt", "deleteTagHistoryEntry", "restoreTagHistoryEntry"],
  ...["deleteLayerLink", "restoreLayerLink", "listUploads"],
] as const;
const never = new AbortController().signal;
const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
let database: TestDatabase;
let tenant: TestTenant;
let root: string;
let tree: StorageTree;
let removeRoot: () => void;
let makeFast: () => void;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({
    ...{ databaseUrl: database.url, redisUrl: testRedisUrl(), RECLAIM_GRACE_HOURS: "24" },
    ...{ RECLAIM_TOKEN_TTL_SECONDS: "1", RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_INFLIGHT_WINDOW_SECONDS: "0" },
    RECLAIM_HEARTBEAT_STALE_SECONDS: "30",
  });
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
});
afterAll(async () => {
  closeRegistries();
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  ({ root, remove: removeRoot } = temporaryRoot());
  tree = new StorageTree(root);
  tenant = await createTestTenant({ storageRoot: root, auth: "none" });
});
afterEach(() => {
  makeFast();
  removeRoot();
});

/** Slows the storage down, and counts how many of its calls there are between two turns of the event loop. */
function slowDown(onCall: (name: string) => void): { most: () => { calls: number; names: string[] } } {
  const prototype = FilesystemStorage.prototype as unknown as Record<string, (...values: unknown[]) => unknown>;
  const fast = SLOW.map((name) => [name, prototype[name]] as const);
  let most: { calls: number; names: string[] } = { calls: 0, names: [] };
  let inTurn: string[] = [];
  for (const [name, call] of fast) {
    if (call === undefined) throw new Error(`there is no ${name}`);
    prototype[name] = function slowly(this: unknown, ...values) {
      if (inTurn.length === 0) {
        setImmediate(() => {
          if (inTurn.length > most.calls) most = { calls: inTurn.length, names: [...new Set(inTurn)] };
          inTurn = [];
        });
      }
      inTurn.push(name);
      onCall(name);
      for (const until = performance.now() + CALL_MS; performance.now() < until; );
      return call.apply(this, values);
    };
  }
  makeFast = () => {
    for (const [name, call] of fast) if (call !== undefined) prototype[name] = call;
  };
  return { most: () => most };
}

/** Untagged images in many repositories, and blobs that nobody needs; all of it old. */
function fill(): void {
  for (let i = 0; i < UNTAGGED; i++) {
    tree.image(`acme/app-${i}`, `untagged ${i}`);
    tree.tag(`acme/app-${i}`, "v1", tree.image(`acme/app-${i}`, `kept ${i}`).digest);
  }
  for (let i = 0; i < UNUSED; i++) tree.blob(`unused ${i}`);
  const then = new Date(Date.now() - 48 * 3_600_000);
  for (const entry of fs.readdirSync(tree.base, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) fs.utimesSync(path.join(entry.parentPath, entry.name), then, then);
}

test("R-11, N-06 however slow the disk is, an online collection lets the event loop turn: heartbeats, cancels and other runs do not wait for it", {
  timeout: 120_000,
}, async () => {
  fill();
  const { id } = await startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: true, mode: "online" });
  let raised: Promise<unknown> | null = null;
  let purged = 0;
  const { most } = slowDown((name) => {
    if (name === "purgeQuarantinedBlob") purged++;
    // In the middle of taking blobs away its lease is lost: it begins anew, with giving back.
    if (name !== "quarantineBlob") return;
    const where = { id: tenant.registryId };
    raised ??= Promise.resolve(prisma().registry.update({ where, data: { gcEpoch: { increment: 1 } } }));
  });
  await executeRun(id, "worker", executors, never);
  await raised;
  const run = await prisma().run.findUniqueOrThrow({ where: { id } });
  expect([run.status, run.error]).toEqual(["succeeded", null]);
  expect(run.totals).toMatchObject({ deletedManifests: UNTAGGED, deletedBlobs: UNUSED + UNTAGGED * 3 });
  expect(await prisma().runEvent.count({ where: { runId: id, kind: "taken_over" } })).toBe(1);
  expect(purged).toBe(UNUSED + UNTAGGED * 3);
  expect(most().calls, most().names.join(", ")).toBeLessThanOrEqual(CALLS_A_TURN_MAX);
});
