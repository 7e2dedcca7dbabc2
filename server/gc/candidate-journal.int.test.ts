import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { writeCandidates } from "./candidate-journal.store";
import type { Candidate } from "./candidate-list";
import { enterReadOnly, type Lease, settleCandidates } from "./gc.store";
import { loadReferencePacks, replaceReferencePacks } from "./reference-pack.store";
import { startGc } from "./start-gc";

const never = new AbortController().signal;
let database: TestDatabase;
let tenant: TestTenant;
let runId: string;
let lease: Lease;

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
  const name = `t${Math.random().toString(36).slice(2)}`;
  tenant = await createTestTenant({ name, storageRoot: "/nowhere", auth: "console" });
  ({ id: runId } = await startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: true }));
  await prisma().run.update({ where: { id: runId }, data: { status: "running", epoch: 1 } });
  const entered = await enterReadOnly({ id: runId, epoch: 1, registryId: tenant.registryId });
  if (!entered) throw new Error("not entered");
  ({ lease } = entered);
});

const digestOf = (number: number) => `sha256:${number.toString(16).padStart(64, "0")}`;
const blob = (number: number): Candidate => {
  return { kind: "blob", repositoryName: "", tag: "", digest: digestOf(number), sizeBytes: number };
};
const rows = () => prisma().gcCandidate.findMany({ where: { runId }, orderBy: { digest: "asc" } });
const states = async () => (await rows()).map(({ digest, state }) => [Number.parseInt(digest.slice(7), 16), state]);

test("N-06 a journal holds what it was given, whatever names lie on the disk", async () => {
  const odd = ["a\\b", "tab\there", "line\nbreak", "return\r", "\\N", "\\.", "ümläut 'quoted' \"twice\""];
  const entries: Candidate[] = odd.map((tag, i) => {
    return { kind: "tag_index", repositoryName: `team/${tag}`, tag, digest: digestOf(i), sizeBytes: 0 };
  });
  const all = [...entries, ...Array.from({ length: 1_200 }, (_, i) => blob(100 + i))];
  expect(await writeCandidates(lease, all, never)).toBe(true);
  const written = await rows();
  expect(written).toHaveLength(all.length);
  expect(written.slice(0, odd.length).map(({ repositoryName, tag, state }) => [repositoryName, tag, state])).toEqual(
    odd.map((tag) => [`team/${tag}`, tag, "pending"]),
  );
  expect(Number(written.at(-1)?.sizeBytes)).toBe(1_299);
});

test("N-06 a new mark forgets what nobody removed, and lists again what came back", async () => {
  await writeCandidates(lease, [1, 2, 3].map(blob), never);
  const settled = [1, 2].map((number) => ({ ...blob(number), state: "deleted" as const }));
  await settleCandidates(runId, "blob", settled);
  expect(await states()).toEqual([
    [1, "deleted"],
    [2, "deleted"],
    [3, "pending"],
  ]);
  expect(await writeCandidates(lease, [2, 4].map(blob), never)).toBe(true);
  expect(await states()).toEqual([
    [1, "deleted"],
    [2, "pending"],
    [4, "pending"],
  ]);
});

test("N-06 whoever lost the lease changes nothing, and neither does one that fails in the middle", async () => {
  await writeCandidates(lease, [blob(1)], never);
  await expect(
    writeCandidates(
      lease,
      (function* () {
        for (let i = 0; i < 2_000; i++) yield blob(i + 10);
        throw new Error("marking failed");
      })(),
      never,
    ),
  ).rejects.toThrow("marking failed");
  const { registryId: id } = tenant;
  await prisma().registry.update({ where: { id }, data: { gcEpoch: { increment: 1 } } });
  expect(await writeCandidates(lease, [blob(2)], never)).toBe(false);
  expect(await states()).toEqual([[1, "pending"]]);
  const aborted = AbortSignal.abort(new Error("cancelled"));
  await expect(writeCandidates(lease, [blob(3)], aborted)).rejects.toThrow("cancelled");
});

test("R-10 packs of references come back word for word, of their registry only", async () => {
  const { registryId } = tenant;
  const packs = [Uint32Array.of(1, 2, 0xffff_ffff), Uint32Array.from({ length: 70_000 }, (_, i) => i * 77_777)];
  await replaceReferencePacks(registryId, [], packs);
  const other = await createTestTenant({ name: "other" });
  await replaceReferencePacks(other.registryId, [], [Uint32Array.of(9)]);
  const loaded = await loadReferencePacks(registryId);
  expect(loaded.map(({ words }) => words)).toEqual(packs);
  const dropped = loaded.slice(0, 1).map(({ id }) => id);
  await replaceReferencePacks(registryId, dropped, [Uint32Array.of(5)]);
  expect((await loadReferencePacks(registryId)).map(({ words }) => words)).toEqual([packs[1], Uint32Array.of(5)]);
  expect(await loadReferencePacks(other.registryId)).toHaveLength(1);
});
