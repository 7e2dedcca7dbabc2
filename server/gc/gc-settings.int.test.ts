import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { setGcScheduleBodySchema } from "@/contracts/gc-settings";
import { cancelRun } from "@/server/history/cancel-run";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestUser, scopeOf } from "@/testing/signed-in";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { fireDueCollections } from "./fire-due-collections";
import { getActiveGc } from "./get-active-gc";
import { getGcSchedule } from "./get-gc-schedule";
import { getGcStatus } from "./get-gc-status";
import { getRegistryGc } from "./get-registry-gc";
import { listCollecting } from "./list-collecting";
import { listGcHistory } from "./list-gc-history";
import { listGcRegistries } from "./list-gc-registries";
import { removeGcSchedule } from "./remove-gc-schedule";
import { requestGc } from "./request-gc";
import { setGcEnablement } from "./set-gc-enablement";
import { setGcSchedule } from "./set-gc-schedule";
import { startGc } from "./start-gc";

let database: TestDatabase;
let tenant: TestTenant;
/** An admin of the workspace, and one of the platform who is in it too. */
let anna: WorkspaceScope;
let pia: WorkspaceScope;

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
  // Schedules of other tests are none of this one's.
  await prisma().gcSchedule.deleteMany();
  tenant = await createTestTenant({ storageRoot: "/nowhere", auth: "console" });
  anna = await scopeOf(await createTestUser("Anna"), tenant.workspaceId);
  pia = await scopeOf(await createTestUser("Pia", { isPlatformAdmin: true }), tenant.workspaceId);
});

const at = (iso: string) => new Date(iso);
const place = () => ({ registryId: tenant.registryId });
const notEnabled = () => prisma().registry.update({ where: { id: tenant.registryId }, data: { gcEnabledAt: null } });
const start = (isDryRun = false) => startGc(anna, { spaceId: tenant.spaceId, deleteUntagged: true, isDryRun });
const schedule = (change: Record<string, unknown> = {}) =>
  setGcSchedule(anna, {
    ...place(),
    ...setGcScheduleBodySchema.parse({
      ...{ expression: "0 3 * * SUN", timeZone: "UTC", deleteUntagged: true, revision: 0 },
      ...change,
    }),
  });
const runs = () => prisma().run.findMany({ where: { registryId: tenant.registryId }, orderBy: { createdAt: "asc" } });
const firings = () =>
  prisma().gcFiring.findMany({ where: { registryId: tenant.registryId }, orderBy: { scheduledFor: "asc" } });
const endRuns = () =>
  prisma().run.updateMany({ where: { finishedAt: null }, data: { status: "succeeded", finishedAt: new Date() } });
/** A schedule of each day at 3 that is due since a time. */
async function due(when: string): Promise<void> {
  await schedule({ expression: "0 3 * * *" });
  await prisma().gcSchedule.updateMany({ where: place(), data: { nextRunAt: at(when) } });
}

test("AL-06 AL-09 off until a platform admin enables it once; an admin of a workspace asks for it", async () => {
  await notEnabled();
  await expect(start()).rejects.toMatchObject({ code: "unprocessable", detail: expect.stringMatching(/enable/) });
  const before = await getGcStatus(anna, { spaceId: tenant.spaceId });
  expect(before.capability).toMatchObject({ isAvailable: false });
  expect(before.modes.read_only).toEqual({ isAvailable: true, reason: null });
  expect(before.enablement).toEqual({ enabledAt: null, enabledByName: null, request: null, canEnable: false });

  await requestGc(anna, { ...place(), note: "nearly full" });
  const asked = await requestGc(anna, { ...place(), note: "full by Friday" });
  expect(asked.request).toMatchObject({ requestedByName: "Anna", note: "full by Friday" });
  const [first] = (await listGcRegistries(pia.actor)).items;
  expect(first).toMatchObject({
    ...{ registryId: tenant.registryId, enabledAt: null },
    requests: [{ workspaceId: tenant.workspaceId, requestedByName: "Anna", note: "full by Friday" }],
  });
  await expect(setGcEnablement(anna.actor, { ...place(), isEnabled: true })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(listGcRegistries(anna.actor)).rejects.toMatchObject({ code: "forbidden" });

  const enabled = await setGcEnablement(pia.actor, { ...place(), isEnabled: true });
  expect(enabled).toMatchObject({ enabledByName: "Pia", requests: [] });
  const after = await getGcStatus(anna, { spaceId: tenant.spaceId });
  expect(after.capability.isAvailable).toBe(true);
  expect(after.enablement).toMatchObject({ enabledByName: "Pia", request: null });
  // Once: again changes nothing, and asking for it asks nobody.
  await setGcEnablement(
    (await scopeOf(await createTestUser("Zoe", { isPlatformAdmin: true }), tenant.workspaceId)).actor,
    {
      ...{ ...place(), isEnabled: true },
    },
  );
  expect((await requestGc(anna, { ...place(), note: "again" })).request).toBeNull();
  const { items } = await listGcHistory(anna, { ...place(), show: "events", limit: 10 });
  expect(items.map((item) => item.kind === "event" && `${item.event.actorName} ${item.event.text}`)).toEqual([
    "Pia enabled garbage collection for registry",
    "Anna asked for garbage collection of registry to be enabled: full by Friday",
    "Anna asked for garbage collection of registry to be enabled: nearly full",
  ]);
  expect((await start()).status).toBe("queued");
});

test("AL-06 a registry that is nobody's business is not found, and its name is not told", async () => {
  const other = await createTestTenant({ name: "other" });
  await prisma().registry.update({ where: { id: other.registryId }, data: { workspaceId: other.workspaceId } });
  const foreign = { registryId: other.registryId };
  const asks = [
    () => getRegistryGc(anna, foreign),
    () => getActiveGc(anna, foreign),
    () => requestGc(anna, { ...foreign, note: "" }),
    () => getGcSchedule(anna, foreign),
    () => removeGcSchedule(anna, foreign),
    () => listGcHistory(anna, { ...foreign, show: "all", limit: 10 }),
  ];
  for (const ask of asks) await expect(ask()).rejects.toMatchObject({ code: "not_found" });
});

test("D-44 D-28 D-30 D-31 one active collection a registry: it has an id, is found while it runs and can be cancelled", async () => {
  await expect(getActiveGc(anna, place())).rejects.toMatchObject({ code: "not_found" });
  const run = await start();
  expect(run.id).toMatch(/^run_/);
  expect((await getActiveGc(anna, place())).id).toBe(run.id);
  await expect(start(true)).rejects.toMatchObject({ code: "conflict" });
  expect((await cancelRun(anna, { runId: run.id })).status).toMatch(/cancel/);
});

test("D-42 the type of a collection: manifests, blobs or both; one of neither is refused", async () => {
  const run = await startGc(anna, { spaceId: tenant.spaceId, deleteUntagged: true, sweepBlobs: false });
  expect(run.options).toEqual({ deleteUntagged: true, sweepBlobs: false, timeBoxMinutes: null, mode: "read_only" });
  const neither = setGcScheduleBodySchema.safeParse({
    ...{ expression: "0 3 * * 0", timeZone: "UTC", deleteUntagged: false, sweepBlobs: false, revision: 0 },
  });
  expect(neither.error?.issues[0]?.message).toBe("choose untagged manifests, unreferenced blobs or both");
});

test("AL-03 K-16 a registry that cannot be collected says so, and why, before anybody tries", async () => {
  for (const [change, reason] of [
    [{ storageRoot: null }, /cannot reach this registry's storage/],
    [{ kind: "harbor" as const }, /Harbor/],
  ] as const) {
    await prisma().registry.update({ where: { id: tenant.registryId }, data: change });
    const { capability } = await getRegistryGc(anna, place());
    expect(capability).toEqual({ isAvailable: false, reason: expect.stringMatching(reason) });
    await expect(start()).rejects.toMatchObject({ code: "unprocessable", detail: capability.reason });
  }
  expect(await runs()).toEqual([]);
});

test("N-07 a mode that a registry cannot be collected in is refused with the reason", async () => {
  await prisma().registry.update({ where: { id: tenant.registryId }, data: { auth: "none" } });
  const readOnly = startGc(anna, { spaceId: tenant.spaceId, deleteUntagged: true, mode: "read_only" });
  await expect(readOnly).rejects.toMatchObject({
    code: "unprocessable",
    detail: expect.stringMatching(/keep writers out/),
  });
});

test("D-17 the status tells apart what is unreferenced, untagged and in the bin", async () => {
  await prisma().registry.update({
    where: { id: tenant.registryId },
    data: {
      ...{ unusedBlobCount: 3, unusedBlobBytes: 300n, unusedBytes: 1_000n, unusedManifestCount: 2 },
      unusedMeasuredAt: at("2026-11-20T00:00:00Z"),
    },
  });
  const { unused, startSpaceId, isShared } = await getRegistryGc(anna, place());
  expect(unused).toEqual({
    ...{ blobCount: 3, blobBytes: 300, untaggedManifestCount: 2, untaggedBytes: 700, bytes: 1_000 },
    measuredAt: "2026-11-20T00:00:00.000Z",
  });
  expect({ startSpaceId, isShared }).toEqual({ startSpaceId: tenant.spaceId, isShared: false });
  await createTestTenant({ name: "neighbour", registryId: tenant.registryId });
  expect((await getRegistryGc(anna, place())).isShared).toBe(true);
});

test("R-19 last savings are those of the latest that was no dry run and did not fail", async () => {
  const insert = async (minutesAgo: number, change: { isDryRun?: boolean; status?: "failed"; freedBytes: number }) => {
    const { id } = await start();
    const finishedAt = new Date(Date.now() - minutesAgo * 60_000);
    const { freedBytes, isDryRun = false, status = "cancelled" } = change;
    await prisma().run.update({
      where: { id },
      data: { isDryRun, status, totals: { freedBytes }, finishedAt, createdAt: finishedAt },
    });
    return id;
  };
  expect((await getRegistryGc(anna, place())).lastSavings).toBeNull();
  await insert(30, { freedBytes: 1 });
  const cancelled = await insert(20, { freedBytes: 22 });
  await insert(10, { freedBytes: 333, isDryRun: true });
  await insert(5, { freedBytes: 4_444, status: "failed" });
  expect((await getRegistryGc(anna, place())).lastSavings).toMatchObject({ runId: cancelled, freedBytes: 22 });
});

test("R-16 about how long it takes is told from earlier ones of the registry", async () => {
  expect((await getRegistryGc(anna, place())).estimate).toBeNull();
  const { id } = await start();
  const startedAt = at("2026-11-20T03:00:00Z");
  const totals = { manifestsDone: 1_000 };
  const done = { status: "succeeded" as const, startedAt, finishedAt: at("2026-11-20T03:02:00Z"), totals };
  await prisma().run.update({ where: { id }, data: done });
  expect((await getRegistryGc(anna, place())).estimate).toEqual({ seconds: 120, fromRuns: 1 });
});

test("R-13 R-14 R-15 a schedule of 5 or 6 fields with names and a zone; the next five runs are shown", async () => {
  expect(await getGcSchedule(anna, place())).toEqual({ schedule: null, nextRuns: [], lastFiring: null });
  const saved = await schedule({ expression: "0 0 3 * * SAT", timeZone: "Europe/Berlin" });
  expect(saved.schedule).toMatchObject({ revision: 1, isEnabled: true, mode: "read_only", updatedByName: "Anna" });
  expect(saved.nextRuns).toHaveLength(5);
  for (const run of saved.nextRuns) {
    const berlin = new Date(run).toLocaleString("en-GB", {
      timeZone: "Europe/Berlin",
      weekday: "short",
      timeStyle: undefined,
      hour: "2-digit",
      minute: "2-digit",
    });
    expect(berlin).toMatch(/Sat.*03:00/);
  }
  await expect(schedule({ timeZone: "UTC" })).rejects.toMatchObject({ code: "conflict" });
  const off = await schedule({ isEnabled: false, revision: 1 });
  expect(off).toMatchObject({ schedule: { revision: 2, isEnabled: false }, nextRuns: [] });
  expect((await prisma().gcSchedule.findFirstOrThrow({ where: place() })).nextRunAt).toBeNull();
  for (const [expression, timeZone] of [
    ["0 3 * *", "UTC"],
    ["0 3 30 2 *", "UTC"],
    ["0 3 * * SUN", "Mars/Base"],
  ]) {
    const body = { expression, timeZone, deleteUntagged: true, revision: 2 };
    expect(setGcScheduleBodySchema.safeParse(body).success, `${expression} ${timeZone}`).toBe(false);
  }
  expect((await removeGcSchedule(anna, place())).schedule).toBeNull();
});

test("R-11 a schedule starts one collection, however many workers look at the clock at once", async () => {
  await due("2026-11-20T03:00:00Z");
  const now = at("2026-11-20T03:00:02Z");
  const started = await Promise.all(Array.from({ length: 8 }, () => fireDueCollections(now)));
  expect(started.reduce((sum, n) => sum + n, 0)).toBe(1);
  const [run, ...more] = await runs();
  expect(more).toEqual([]);
  expect(run).toMatchObject({
    ...{ kind: "gc", trigger: "schedule", requestedByName: "Schedule", spaceId: tenant.spaceId, isDryRun: false },
    options: { deleteUntagged: true, sweepBlobs: true, timeBoxMinutes: null, mode: "read_only" },
  });
  expect(await firings()).toMatchObject([{ outcome: "started", runId: run?.id, reason: null }]);
  expect((await getGcSchedule(anna, place())).lastFiring).toMatchObject({ outcome: "started", runId: run?.id });
  // Nor later, by a worker whose clock is behind; nor where an edit put the time back.
  await endRuns();
  expect(await fireDueCollections(at("2026-11-20T03:00:01Z"))).toBe(0);
  await prisma().gcSchedule.updateMany({ where: place(), data: { nextRunAt: at("2026-11-20T03:00:00Z") } });
  expect(await fireDueCollections(at("2026-11-20T03:00:03Z"))).toBe(0);
  expect((await prisma().gcSchedule.findFirstOrThrow({ where: place() })).nextRunAt).toEqual(
    at("2026-11-21T03:00:00Z"),
  );
});

test("R-11 a worker that was away catches up once; what came before is missed", async () => {
  await due("2026-11-17T03:00:00Z");
  expect(await fireDueCollections(at("2026-11-20T10:00:00Z"))).toBe(1);
  expect(
    (await firings()).map(({ outcome, scheduledFor }) => `${scheduledFor.toISOString().slice(8, 10)} ${outcome}`),
  ).toEqual([...["17 missed", "18 missed", "19 missed", "20 started"]]);
  expect((await firings()).at(-1)?.reason).toMatch(/^Late/);
});

test("R-11 a time is skipped with the reason where nothing may start", async () => {
  const skipped = async (day: string) => {
    expect(await fireDueCollections(at(`2026-11-${day}T03:00:01Z`))).toBe(0);
    const last = (await getGcSchedule(anna, place())).lastFiring;
    expect(last).toMatchObject({ outcome: "skipped", runId: null, scheduledFor: `2026-11-${day}T03:00:00.000Z` });
    return last?.reason;
  };
  await due("2026-11-20T03:00:00Z");
  await start();
  expect(await skipped("20")).toMatch(/running already/);
  await endRuns();
  await notEnabled();
  expect(await skipped("21")).toMatch(/enable/);
  await setGcEnablement(pia.actor, { ...place(), isEnabled: true });
  await prisma().platformSettings.updateMany({
    data: { reclaimStoppedByName: "Pia", reclaimStopReason: "wrong images go", reclaimStoppedAt: new Date() },
  });
  expect(await skipped("22")).toMatch(/wrong images go/);
  await prisma().platformSettings.updateMany({
    data: { reclaimStoppedByName: null, reclaimStopReason: null, reclaimStoppedAt: null },
  });
  await prisma().space.updateMany({ where: { id: tenant.spaceId }, data: { removedAt: new Date() } });
  expect(await skipped("23")).toMatch(/no registry space/);
  await prisma().space.updateMany({ where: { id: tenant.spaceId }, data: { removedAt: null } });
  expect(await fireDueCollections(at("2026-11-24T03:00:01Z"))).toBe(1);
});

test("D-25 D-32 history: every collection and what else happened to the registry, by page, kind and search", async () => {
  const first = await start();
  await endRuns();
  await schedule();
  const second = await start(true);
  const read = (change: { show?: "all" | "runs" | "events"; search?: string; cursor?: string; limit?: number } = {}) =>
    listGcHistory(anna, { ...place(), show: "all", limit: 10, ...change });
  const idsOf = ({ items }: Awaited<ReturnType<typeof read>>) =>
    items.map((item) => (item.kind === "run" ? item.run.id : item.event.action));
  expect(idsOf(await read())).toEqual([second.id, "gc.schedule", first.id]);
  expect(idsOf(await read({ show: "runs" }))).toEqual([second.id, first.id]);
  expect(idsOf(await read({ search: "SUN" }))).toEqual(["gc.schedule"]);
  expect(idsOf(await read({ search: "a%a" }))).toEqual([]);
  expect(idsOf(await read({ search: first.id }))).toEqual([first.id]);
  const page = await read({ limit: 2 });
  expect([...idsOf(page), ...idsOf(await read({ limit: 2, cursor: page.nextCursor ?? "" }))]).toEqual(
    idsOf(await read()),
  );
  expect(page.total).toBe(3);
  // Of others on the same registry nothing is told.
  const other = await createTestTenant({ name: "other", registryId: tenant.registryId });
  expect((await listGcHistory(other.scope, { ...place(), show: "all", limit: 10 })).total).toBe(0);
});

test("D-15 D-21 whoever uses a registry is told that it is being collected; whose run it is, only its own workspace", async () => {
  const felt = async (scope: WorkspaceScope) =>
    (await listCollecting(scope)).items.filter(({ registryId }) => registryId === tenant.registryId);
  const { id } = await start();
  expect(await felt(anna)).toEqual([]);
  const since = at("2026-11-20T03:00:00Z");
  await prisma().registry.update({
    where: { id: tenant.registryId },
    data: { readOnlyRunId: id, readOnlySince: since },
  });
  const shown = { registryId: tenant.registryId, mode: "read_only", since: since.toISOString(), endsAbout: null };
  expect(await felt(anna)).toMatchObject([{ ...shown, run: { id, spaceId: tenant.spaceId } }]);
  const neighbour = await createTestTenant({ name: "neighbour", registryId: tenant.registryId });
  expect(await felt(neighbour.scope)).toMatchObject([{ ...shown, run: null }]);
  await prisma().registry.update({ where: { id: tenant.registryId }, data: { readOnlyRunId: null } });
  await prisma().run.update({ where: { id }, data: { status: "running", options: { mode: "online" } } });
  expect(await felt(neighbour.scope)).toMatchObject([{ mode: "online", run: null }]);
  await prisma().run.update({ where: { id }, data: { isDryRun: true } });
  expect(await felt(anna)).toEqual([]);
});
