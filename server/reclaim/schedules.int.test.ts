import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RuleDefinition } from "@/domain/rules/rule";
import { executeRun } from "@/server/history/execute-run";
import { reconcileRuns } from "@/server/history/reconcile-runs";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { createRule } from "@/server/rules/create-rule";
import { getRule } from "@/server/rules/get-rule";
import { listRules } from "@/server/rules/list-rules";
import { updateRule } from "@/server/rules/update-rule";
import { executorsWith } from "@/testing/bin-world";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { startTestRedis, type TestRedis } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { fireDueRules } from "./fire-due-rules";
import { fireQuotaRules } from "./fire-quota-rules";
import { previewReclaim } from "./preview-reclaim";
import { startFiredRun } from "./start-fired-run";
import { startReclaim } from "./start-reclaim";

let database: TestDatabase;
let redis: TestRedis;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  redis = await startTestRedis();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: redis.url });
});
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await redis.stop();
  await database.drop();
});
beforeEach(async () => {
  // Schedules of other tests are none of this one's.
  await prisma().reclaimRule.deleteMany();
  tenant = await createTestTenant();
});

const HOUR_MS = 3_600_000;
const at = (iso: string) => new Date(iso);
const never = new AbortController().signal;

const scheduled = (schedule: RuleDefinition["schedule"], change: Partial<RuleDefinition> = {}): RuleDefinition => ({
  effect: "reclaim",
  select: {
    repositories: { include: [], exclude: [] },
    tags: { include: [], exclude: [] },
    state: "any",
    kinds: "any",
  },
  when: [],
  schedule,
  limits: {},
  allowLastArtifact: false,
  ...change,
});
const DAILY = scheduled({ kind: "cron", expression: "0 3 * * *", timeZone: "UTC" });

const ruleOf = (id: string) => getRule(tenant.scope, { spaceId: tenant.spaceId, ruleId: id });
const runsOf = (spaceId = tenant.spaceId) =>
  prisma().run.findMany({ where: { spaceId, isDryRun: false }, orderBy: { createdAt: "asc" } });
const firingsOf = (ruleId: string) =>
  prisma().ruleFiring.findMany({ where: { ruleId }, orderBy: { scheduledFor: "asc" } });

async function create(definition: RuleDefinition, of = tenant): Promise<string> {
  const name = newId("rule").slice(-12);
  const { id } = await createRule(of.scope, { spaceId: of.spaceId, name, definition, isEnabled: true });
  return id;
}

/** A dry run to its end, as a worker does it. */
async function preview(input: Parameters<typeof previewReclaim>[1]): Promise<string> {
  const { id } = await previewReclaim(tenant.scope, input);
  await executeRun(id, "a test", executorsWith(), never);
  expect((await prisma().run.findUniqueOrThrow({ where: { id } })).status).toBe("succeeded");
  return id;
}

/** A rule that may fire, and is due at a time. */
async function due(when: string, definition = DAILY, of = tenant): Promise<string> {
  const id = await create(definition, of);
  await prisma().reclaimRule.update({ where: { id }, data: { armedRevision: 1, nextRunAt: at(when) } });
  return id;
}

const endRuns = () =>
  prisma().run.updateMany({ where: { finishedAt: null }, data: { status: "succeeded", finishedAt: new Date() } });

test("N-16 a schedule fires once, however many workers look at the clock at once", async () => {
  const id = await due("2026-11-20T03:00:00Z");
  const other = await createTestTenant({ name: "other" });
  await due("2026-11-20T03:00:00Z", DAILY, other);
  const now = at("2026-11-20T03:00:02Z");
  const started = await Promise.all(Array.from({ length: 8 }, () => fireDueRules(now)));
  expect(started.reduce((sum, n) => sum + n, 0)).toBe(2);
  const [run, ...more] = await runsOf();
  expect(more).toEqual([]);
  expect(run).toMatchObject({ trigger: "schedule", status: "queued", requestedByName: "Schedule" });
  expect(await firingsOf(id)).toMatchObject([{ outcome: "started", runId: run?.id, revision: 1 }]);
  expect(await ruleOf(id)).toMatchObject({
    nextRunAt: "2026-11-21T03:00:00.000Z",
    lastFiring: { outcome: "started", runId: run?.id, scheduledFor: "2026-11-20T03:00:00.000Z", reason: null },
  });
  // Nor later, by a worker whose clock is behind.
  await endRuns();
  expect(await fireDueRules(at("2026-11-20T03:00:01Z"))).toBe(0);
});

test("N-16 a time that was fired for is not fired for again where an edit put the clock back", async () => {
  const id = await due("2026-11-20T03:00:00Z");
  expect(await fireDueRules(at("2026-11-20T03:00:02Z"))).toBe(1);
  await endRuns();
  await prisma().reclaimRule.update({ where: { id }, data: { nextRunAt: at("2026-11-20T03:00:00Z") } });
  expect(await fireDueRules(at("2026-11-20T03:00:03Z"))).toBe(0);
  expect(await runsOf()).toHaveLength(1);
  expect((await ruleOf(id)).nextRunAt).toBe("2026-11-21T03:00:00.000Z");
});

test("N-16 a worker that is killed while it fires leaves the schedule due, and no half of a run", async () => {
  const id = await due("2026-11-20T03:00:00Z");
  await prisma().$executeRaw`
    CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END'`;
  await prisma().$executeRaw`CREATE TRIGGER die BEFORE INSERT ON rule_firings FOR EACH ROW EXECUTE FUNCTION die()`;
  try {
    expect(await fireDueRules(at("2026-11-20T03:00:02Z"))).toBe(0);
  } finally {
    await prisma().$executeRaw`DROP FUNCTION die CASCADE`;
  }
  expect(await runsOf()).toEqual([]);
  expect(await firingsOf(id)).toEqual([]);
  expect(await fireDueRules(at("2026-11-20T03:00:04Z"))).toBe(1);
  expect(await runsOf()).toHaveLength(1);
});

test("N-16 several rules of a space that are due fire as one run of all of them, with the space's protect rules", async () => {
  const ids = [await due("2026-11-20T03:00:00Z"), await due("2026-11-20T02:59:59Z")];
  const later = await due("2026-11-20T04:00:00Z");
  const protecting = await create(scheduled({ kind: "manual" }, { effect: "protect" }));
  expect(await fireDueRules(at("2026-11-20T03:00:02Z"))).toBe(1);
  const [run] = await runsOf();
  const options = run?.options as { ruleIds: string[]; rules: { id: string }[] };
  expect(options.ruleIds.sort()).toEqual([...ids].sort());
  expect(options.rules.map((rule) => rule.id)).toContain(protecting);
  expect(options.rules.map((rule) => rule.id)).not.toContain(later);
});

test("N-16 while a run of the space is active or waits, a schedule is recorded as skipped, with the reason", async () => {
  const id = await due("2026-11-20T03:00:00Z");
  const manual = await create(scheduled({ kind: "manual" }));
  const { id: active } = await startReclaim(tenant.scope, { spaceId: tenant.spaceId, ruleIds: [manual] });
  expect(await fireDueRules(at("2026-11-20T03:00:02Z"))).toBe(0);
  expect(await ruleOf(id)).toMatchObject({
    nextRunAt: "2026-11-21T03:00:00.000Z",
    lastFiring: { outcome: "skipped", runId: null, reason: expect.stringContaining("was running") },
  });
  await prisma().run.update({
    where: { id: active },
    data: { status: "awaiting_confirmation", confirmation: {}, confirmBefore: at("2027-01-01T00:00:00Z") },
  });
  expect(await fireDueRules(at("2026-11-21T03:00:02Z"))).toBe(0);
  expect((await ruleOf(id)).lastFiring).toMatchObject({
    reason: expect.stringContaining("waiting for a confirmation"),
  });
  await expect(startReclaim(tenant.scope, { spaceId: tenant.spaceId, all: true })).rejects.toMatchObject({
    ...{ code: "conflict", detail: expect.stringContaining("waits for a confirmation") },
  });
  await endRuns();
  expect(await fireDueRules(at("2026-11-22T03:00:02Z"))).toBe(1);
});

test("N-16 after no worker was there, one run catches up with the latest time within a day; earlier ones are recorded as missed", async () => {
  const id = await due("2026-11-17T03:00:00Z");
  expect(await fireDueRules(at("2026-11-20T10:00:00Z"))).toBe(1);
  expect(await firingsOf(id)).toMatchObject([
    { scheduledFor: at("2026-11-17T03:00:00Z"), outcome: "missed", reason: expect.stringContaining("No worker") },
    { scheduledFor: at("2026-11-18T03:00:00Z"), outcome: "missed" },
    { scheduledFor: at("2026-11-19T03:00:00Z"), outcome: "missed" },
    { scheduledFor: at("2026-11-20T03:00:00Z"), outcome: "started", reason: expect.stringContaining("Late") },
  ]);
  expect(await runsOf()).toHaveLength(1);
});

test("N-16 what was due longer ago than a day is not caught up with", async () => {
  const sundays = scheduled({ kind: "cron", expression: "0 3 * * 0", timeZone: "UTC" });
  const id = await due("2026-11-15T03:00:00Z", sundays);
  expect(await fireDueRules(at("2026-11-17T10:00:00Z"))).toBe(0);
  expect(await runsOf()).toEqual([]);
  expect(await firingsOf(id)).toMatchObject([{ outcome: "missed" }]);
  expect((await ruleOf(id)).nextRunAt).toBe("2026-11-22T03:00:00.000Z");
});

test("N-16 over both changes of the clocks a schedule of a zone fires once a day", async () => {
  for (const [from, days] of [
    ["2026-03-27T12:00:00Z", ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"]],
    ["2026-10-23T12:00:00Z", ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]],
  ] as const) {
    const berlin = scheduled({ kind: "cron", expression: "30 2 * * *", timeZone: "Europe/Berlin" });
    const id = await due(`${days[0]}:00Z`, berlin);
    // A worker that looks at odd times, some of them within the hour that is there twice.
    for (let ms = Date.parse(from); ms < Date.parse(from) + 66 * HOUR_MS; ms += (HOUR_MS * 5) / 4) {
      await fireDueRules(new Date(ms));
      await endRuns();
    }
    const fired = (await firingsOf(id)).map((one) => [one.scheduledFor.toISOString().slice(0, 16), one.outcome]);
    expect(fired).toEqual(days.map((day) => [day, "started"]));
    await prisma().reclaimRule.delete({ where: { id } });
  }
}, 60_000);

test("N-16 a disabled rule, and one of a removed space, do not fire", async () => {
  const id = await due("2026-11-20T03:00:00Z");
  await updateRule(tenant.scope, { spaceId: tenant.spaceId, ruleId: id, revision: 1, isEnabled: false });
  expect((await ruleOf(id)).nextRunAt).toBeNull();
  const removed = await createTestTenant({ name: "removed" });
  await due("2026-11-20T03:00:00Z", DAILY, removed);
  await prisma().space.update({ where: { id: removed.spaceId }, data: { removedAt: new Date() } });
  expect(await fireDueRules(at("2026-11-20T03:00:02Z"))).toBe(0);
});

test("N-16 a rule that was scheduled before there was a clock is given its next time", async () => {
  const id = await create(DAILY);
  await prisma().reclaimRule.update({ where: { id }, data: { nextRunAt: null } });
  await fireDueRules(at("2026-11-20T12:00:00Z"));
  expect((await ruleOf(id)).nextRunAt).toBe("2026-11-21T03:00:00.000Z");
});

test("N-16 schedules and their runs survive a Redis that is flushed, or away", async () => {
  const id = await due("2026-11-20T03:00:00Z");
  const client = new Redis(redis.url);
  try {
    expect(await fireDueRules(at("2026-11-20T03:00:02Z"))).toBe(1);
    await client.flushall();
    // Nothing is left in it: the run stands in PostgreSQL, and so does the schedule.
    expect(await client.dbsize()).toBe(0);
    expect(await reconcileRuns()).toBeGreaterThanOrEqual(1);
    const [run] = await runsOf();
    expect(await client.keys(`*${run?.id}*`)).toHaveLength(1);
  } finally {
    client.disconnect();
  }
  await endRuns();
  await closeQueues();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: "redis://127.0.0.1:1" });
  try {
    expect(await fireDueRules(at("2026-11-21T03:00:02Z"))).toBe(1);
  } finally {
    await closeQueues();
    setConsoleEnv({ databaseUrl: database.url, redisUrl: redis.url });
  }
  expect((await firingsOf(id)).map((one) => one.outcome)).toEqual(["started", "started"]);
  expect(await runsOf()).toHaveLength(2);
});

test("N-10 a new schedule waits for a preview: it is recorded as skipped until there was one", async () => {
  const id = await create(DAILY);
  expect(await ruleOf(id)).toMatchObject({ arming: { isNeeded: true, isArmed: false, previewRunId: null } });
  await prisma().reclaimRule.update({ where: { id }, data: { nextRunAt: at("2026-11-20T03:00:00Z") } });
  expect(await fireDueRules(at("2026-11-20T03:00:02Z"))).toBe(0);
  expect((await ruleOf(id)).lastFiring).toMatchObject({
    ...{ outcome: "skipped", reason: expect.stringContaining("not previewed") },
  });
  const previewRunId = await preview({ spaceId: tenant.spaceId, ruleIds: [id] });
  expect((await ruleOf(id)).arming).toEqual({ isNeeded: true, isArmed: true, previewRunId });
  expect(await fireDueRules(at("2026-11-21T03:00:02Z"))).toBe(1);
});

test("N-10 an edit of what a rule says disarms it; another name, or the switch, does not", async () => {
  const id = await create(DAILY);
  const edit = { spaceId: tenant.spaceId, ruleId: id };
  await preview({ spaceId: tenant.spaceId, ruleIds: [id] });
  await updateRule(tenant.scope, { ...edit, revision: 1, name: "another name" });
  await updateRule(tenant.scope, { ...edit, revision: 2, isEnabled: false });
  await updateRule(tenant.scope, { ...edit, revision: 3, isEnabled: true, definition: { ...DAILY } });
  expect((await ruleOf(id)).arming.isArmed).toBe(true);
  const hourly: RuleDefinition["schedule"] = { kind: "cron", expression: "0 * * * *", timeZone: "UTC" };
  const edited = await updateRule(tenant.scope, { ...edit, revision: 4, definition: scheduled(hourly) });
  expect(edited.arming).toEqual({ isNeeded: true, isArmed: false, previewRunId: null });
  // One that was edited while its preview ran is not armed by it.
  const { id: old } = await previewReclaim(tenant.scope, { spaceId: tenant.spaceId, ruleIds: [id] });
  await updateRule(tenant.scope, { ...edit, revision: 5, definition: DAILY });
  await executeRun(old, "a test", executorsWith(), never);
  expect((await ruleOf(id)).arming.isArmed).toBe(false);
});

test("N-10 a preview with a protect rule that no run would have arms nothing, nor what it was armed with before", async () => {
  const { spaceId } = tenant;
  const id = await create(DAILY);
  const protecting = await create(scheduled({ kind: "manual" }, { effect: "protect" }));
  await updateRule(tenant.scope, { spaceId, ruleId: protecting, revision: 1, isEnabled: false });
  await preview({ spaceId, ruleIds: [id, protecting] });
  expect((await ruleOf(id)).arming).toEqual({ isNeeded: true, isArmed: false, previewRunId: null });
  const previewRunId = await preview({ spaceId, ruleIds: [id] });
  expect((await ruleOf(id)).arming).toEqual({ isNeeded: true, isArmed: true, previewRunId });
});

test("N-10 a preview of several rules arms those whose own limits were the strictest of all", async () => {
  const { spaceId } = tenant;
  const schedule = DAILY.schedule;
  const [open, wide, strict] = [
    await create(DAILY),
    await create(scheduled(schedule, { limits: { maxItems: 9 } })),
    await create(scheduled(schedule, { limits: { maxItems: 3 } })),
  ];
  const previewRunId = await preview({ spaceId, ruleIds: [open, wide, strict] });
  expect((await ruleOf(strict)).arming).toEqual({ isNeeded: true, isArmed: true, previewRunId });
  for (const id of [open, wide]) expect((await ruleOf(id)).arming.isArmed).toBe(false);
  await preview({ spaceId, ruleIds: [wide] });
  expect((await ruleOf(wide)).arming.isArmed).toBe(true);
});

test("N-10 a schedule is refused once a protect rule of its preview is gone or another; more protection is none", async () => {
  const { spaceId } = tenant;
  const id = await create(DAILY);
  const edit = { spaceId, ruleId: await create(scheduled({ kind: "manual" }, { effect: "protect" })) };
  await preview({ spaceId, ruleIds: [id] });
  await create(scheduled({ kind: "manual" }, { effect: "protect" }));
  expect((await ruleOf(id)).arming.isArmed).toBe(true);
  await updateRule(tenant.scope, { ...edit, revision: 1, isEnabled: false });
  expect((await ruleOf(id)).arming).toEqual({ isNeeded: true, isArmed: false, previewRunId: null });
  expect((await listRules(tenant.scope, { spaceId })).items.find((rule) => rule.id === id)?.arming.isArmed).toBe(false);
  await prisma().reclaimRule.update({ where: { id }, data: { nextRunAt: at("2026-11-20T03:00:00Z") } });
  expect(await fireDueRules(at("2026-11-20T03:00:02Z"))).toBe(0);
  expect((await ruleOf(id)).lastFiring).toMatchObject({
    ...{ outcome: "skipped", reason: expect.stringContaining("Protection changed since its preview") },
  });
  const previewRunId = await preview({ spaceId, ruleIds: [id] });
  expect((await ruleOf(id)).arming).toEqual({ isNeeded: true, isArmed: true, previewRunId });
  expect(await fireDueRules(at("2026-11-21T03:00:02Z"))).toBe(1);
});

test("N-10 a schedule is refused without a protect rule of the platform that its preview had, on the quota too", async () => {
  const { spaceId } = tenant;
  const platformRule = { id: newId("rule"), slot: 1, name: "releases", updatedByName: "Ada" };
  const definition = scheduled({ kind: "manual" }, { effect: "protect" });
  await prisma().platformRule.create({ data: { ...platformRule, definition } });
  const [daily, onQuota] = [await create(DAILY), await create(scheduled({ kind: "onQuota", percent: 50 }))];
  await preview({ spaceId, ruleIds: [daily, onQuota] });
  await prisma().platformRule.delete({ where: { id: platformRule.id } });
  for (const id of [daily, onQuota]) expect((await ruleOf(id)).arming.isArmed).toBe(false);
  await useTags(60);
  expect(await fireQuotaRules(at("2026-11-20T00:00:00Z"))).toBe(0);
  expect((await ruleOf(onQuota)).lastFiring).toMatchObject({ reason: expect.stringContaining("Protection changed") });
  // Gone between the look at the clock and the run's own.
  const armed = await prisma().reclaimRule.findUniqueOrThrow({ where: { id: daily } });
  const { workspaceId, registryId } = tenant;
  const fired = { workspaceId, spaceId, registryId, trigger: "schedule" as const, rules: [armed] };
  expect(await startFiredRun(fired, async () => {})).toEqual({
    skipped: expect.stringContaining("Protection changed"),
  });
});

test("N-16 an edit of something else keeps a time that is due by now", async () => {
  const id = await due("2026-11-20T03:00:00Z");
  const edit = { spaceId: tenant.spaceId, ruleId: id };
  await updateRule(tenant.scope, { ...edit, revision: 1, name: "another name" });
  await updateRule(tenant.scope, { ...edit, revision: 2, definition: { ...DAILY, allowLastArtifact: true } });
  expect((await ruleOf(id)).nextRunAt).toBe("2026-11-20T03:00:00.000Z");
  await updateRule(tenant.scope, { ...edit, revision: 3, definition: DAILY, isEnabled: false });
  expect((await ruleOf(id)).nextRunAt).toBeNull();
  const protect = { ...DAILY, effect: "protect" as const };
  await updateRule(tenant.scope, { ...edit, revision: 4, isEnabled: true });
  expect((await ruleOf(id)).nextRunAt).not.toBeNull();
  await updateRule(tenant.scope, { ...edit, revision: 5, definition: protect });
  expect((await ruleOf(id)).nextRunAt).toBeNull();
});

test("N-10 the preview of a draft arms the rule that is saved of it to the letter, before or after", async () => {
  const { spaceId } = tenant;
  const previewRunId = await preview({ spaceId, draft: { name: "draft", definition: DAILY } });
  const id = await create(DAILY);
  expect((await ruleOf(id)).arming).toEqual({ isNeeded: true, isArmed: true, previewRunId });
  const other = scheduled({ kind: "cron", expression: "0 4 * * *", timeZone: "UTC" });
  expect((await ruleOf(await create(other))).arming.isArmed).toBe(false);
  // Saved while the preview still runs.
  const limited = { ...DAILY, limits: { maxItems: 3 } };
  const draft = await previewReclaim(tenant.scope, { spaceId, draft: { name: "x", definition: limited }, ruleId: id });
  await updateRule(tenant.scope, { spaceId, ruleId: id, revision: 1, definition: limited });
  expect((await ruleOf(id)).arming.isArmed).toBe(false);
  await executeRun(draft.id, "a test", executorsWith(), never);
  expect((await ruleOf(id)).arming).toEqual({ isNeeded: true, isArmed: true, previewRunId: draft.id });
});

test("N-10 a preview in another space, one that failed, and one of long ago arm nothing", async () => {
  const other = await createTestTenant({ name: "other" });
  const draft = { name: "draft", definition: DAILY };
  const foreign = await previewReclaim(other.scope, { spaceId: other.spaceId, draft });
  await executeRun(foreign.id, "a test", executorsWith(), never);
  const old = await preview({ spaceId: tenant.spaceId, draft });
  await prisma().run.update({ where: { id: old }, data: { createdAt: new Date(Date.now() - 2 * HOUR_MS) } });
  const failed = await previewReclaim(tenant.scope, { spaceId: tenant.spaceId, draft });
  await prisma().run.update({ where: { id: failed.id }, data: { status: "failed", finishedAt: new Date() } });
  expect((await ruleOf(await create(DAILY))).arming.isArmed).toBe(false);
});

test("N-10 a manual rule needs no arming, and runs: one, some or all of the space", async () => {
  const { spaceId } = tenant;
  const [first, second] = [await create(scheduled({ kind: "manual" })), await create(DAILY)];
  await create(scheduled({ kind: "manual" }, { effect: "protect" }));
  expect((await ruleOf(first)).arming).toMatchObject({ isNeeded: false });
  const all = await startReclaim(tenant.scope, { spaceId, all: true });
  expect(all).toMatchObject({ trigger: "schedule", options: { ruleIds: [first, second] } });
  await endRuns();
  const one = await startReclaim(tenant.scope, { spaceId, ruleIds: [second] });
  expect(one.options).toMatchObject({ ruleIds: [second] });
  const empty = await createTestTenant({ name: "empty" });
  await expect(startReclaim(empty.scope, { spaceId: empty.spaceId, all: true })).rejects.toMatchObject({
    ...{ code: "unprocessable", detail: expect.stringContaining("Enable one") },
  });
});

/** As many tags as are wanted, of a quota of a hundred. */
async function useTags(tagCount: number): Promise<void> {
  const { workspaceId, spaceId, registryId } = tenant;
  const id = `repo_${spaceId}`;
  await prisma().workspace.update({ where: { id: workspaceId }, data: { tagQuota: 100 } });
  await prisma().repository.upsert({
    ...{ where: { id }, update: { tagCount } },
    create: { id, workspaceId, spaceId, registryId, name: `acme/${spaceId}`, tagCount },
  });
}

test("T-05 a rule on the quota fires when its share is reached, once a day, and again after the usage fell well below", async () => {
  const id = await create(scheduled({ kind: "onQuota", percent: 80 }));
  await prisma().reclaimRule.update({ where: { id }, data: { armedRevision: 1 } });
  const fire = async (iso: string, tags: number) => {
    await useTags(tags);
    const started = await Promise.all([fireQuotaRules(at(iso)), fireQuotaRules(at(iso))]);
    await endRuns();
    return started.reduce((sum, n) => sum + n, 0);
  };
  expect(await fire("2026-11-20T00:00:00Z", 79)).toBe(0);
  expect(await fire("2026-11-20T01:00:00Z", 80)).toBe(1);
  expect(await ruleOf(id)).toMatchObject({
    nextRunAt: null,
    lastFiring: { trigger: "quota", outcome: "started", reason: expect.stringContaining("80 %") },
  });
  expect((await runsOf())[0]).toMatchObject({ trigger: "quota", requestedByName: "Tag quota" });
  // It stays there, or wavers around it.
  expect(await fire("2026-11-20T02:00:00Z", 85)).toBe(0);
  expect(await fire("2026-11-20T03:00:00Z", 70)).toBe(0);
  expect(await fire("2026-11-20T04:00:00Z", 90)).toBe(0);
  // A day later it still is.
  expect(await fire("2026-11-21T00:59:00Z", 90)).toBe(0);
  expect(await fire("2026-11-21T01:00:00Z", 90)).toBe(1);
  // Well below, and up again.
  expect(await fire("2026-11-21T02:00:00Z", 69)).toBe(0);
  expect(await fire("2026-11-21T03:00:00Z", 80)).toBe(1);
  expect(await runsOf()).toHaveLength(3);
});

test("T-05 a rule on the quota that is not armed says so once, and fires as soon as it is", async () => {
  const id = await create(scheduled({ kind: "onQuota", percent: 50 }));
  await useTags(60);
  for (const second of ["00", "10", "20"]) expect(await fireQuotaRules(at(`2026-11-20T00:00:${second}Z`))).toBe(0);
  expect(await firingsOf(id)).toMatchObject([{ outcome: "skipped", reason: expect.stringContaining("not previewed") }]);
  await prisma().reclaimRule.update({ where: { id }, data: { armedRevision: 1 } });
  expect(await fireQuotaRules(at("2026-11-20T00:00:30Z"))).toBe(1);
});
