import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { NotificationEventKind } from "@/domain/notifications/notification-event";
import { retryDelayMs } from "@/domain/notifications/retry";
import { cancelRun } from "@/server/history/cancel-run";
import { createRun } from "@/server/history/create-run";
import { executeRun } from "@/server/history/execute-run";
import type { RunOutcome } from "@/server/history/run-context";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { resetEnvForTests } from "@/server/platform/env";
import { setConsoleEnv } from "@/testing/console-env";
import { startMailServer, type TestMailServer } from "@/testing/mail-server";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestUser, scopeOf } from "@/testing/signed-in";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { isSignedBy, startWebhookReceiver, type WebhookReceiver } from "@/testing/webhook-receiver";
import { createNotificationTarget } from "./create-notification-target";
import { deleteNotificationTarget } from "./delete-notification-target";
import { deliverDue, LEASE_MS } from "./deliver";
import { claimDue } from "./delivery.store";
import { listNotificationDeliveries } from "./list-notification-deliveries";
import { listNotificationTargets, TARGETS_MAX } from "./list-notification-targets";
import { retryNotificationDelivery } from "./retry-notification-delivery";
import { rotateSigningSecret } from "./rotate-signing-secret";
import { tellDue } from "./tell-due";
import { testNotificationTarget } from "./test-notification-target";
import { updateNotificationTarget } from "./update-notification-target";

let database: TestDatabase;
let receiver: WebhookReceiver;
let mail: TestMailServer;
let tenant: TestTenant;
let scope: WorkspaceScope;

const ALWAYS = new AbortController().signal;

beforeAll(async () => {
  [database, receiver, mail] = await Promise.all([createTestDatabase(), startWebhookReceiver(), startMailServer()]);
  setConsoleEnv({
    ...{ databaseUrl: database.url, redisUrl: testRedisUrl(), RECLAIM_ALLOW_PRIVATE_WEBHOOKS: "true" },
    SMTP_URL: mail.url,
  });
});
afterAll(async () => {
  await disconnectPrisma();
  await Promise.all([database.drop(), receiver.stop(), mail.stop()]);
});
beforeEach(async () => {
  await prisma().notificationEvent.deleteMany();
  receiver.answerWith();
  tenant = await createTestTenant();
  scope = await scopeOf(await createTestUser("Ada"), tenant.workspaceId);
  receiver.received.length = 0;
  mail.received.length = 0;
});

async function addWebhook(...events: NotificationEventKind[]) {
  const body = { kind: "webhook", name: `hook ${events[0]}`, url: `${receiver.url}/hook?key=hidden`, events } as const;
  const { target, signingSecret } = await createNotificationTarget(scope, { ...body, isEnabled: true });
  if (signingSecret === null) throw new Error("a webhook has a signing secret");
  return { target, signingSecret };
}

/** A run that ends as it is told to, by the worker's own way. */
async function endRun(
  kind: "reclaim" | "restore" | "purge" | "gc",
  outcome: RunOutcome | Error,
  options: { isDryRun?: boolean } = {},
): Promise<string> {
  const { spaceId, registryId } = tenant;
  const run = await createRun(scope, { kind, spaceId, registryId, options: { byHand: "recycle" }, ...options });
  const executor = async () => {
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const executors = { reclaim: executor, restore: executor, purge: executor, gc: executor };
  await executeRun(run.id, "a worker", executors, ALWAYS);
  return run.id;
}

const deliveries = async () => (await listNotificationDeliveries(scope, { limit: 100 })).items;
const told = async () => (await deliveries()).map(({ event }) => event).sort();
/** Later than whatever is due by then. */
const after = (ms: number) => new Date(Date.now() + ms + 1_000);

test("N-15 what ends is told of in the transaction that ends it, to the targets that want it", async () => {
  const all = ["run.finished", "run.failed", "run.waiting", "preview.ready", "gc.finished", "gc.failed"] as const;
  await addWebhook(...all);
  await addWebhook("gc.failed");
  await endRun("purge", { status: "succeeded" });
  await endRun("restore", new Error("the registry is gone"));
  await endRun("reclaim", { status: "succeeded" }, { isDryRun: true });
  await endRun("gc", { status: "succeeded" });
  await endRun("gc", new Error("the disk is gone"));
  const stopped = await createRun(scope, {
    ...{ kind: "purge", spaceId: tenant.spaceId, registryId: tenant.registryId, options: {} },
  });
  await cancelRun(scope, { runId: stopped.id });
  const place = { spaceId: tenant.spaceId, registryId: tenant.registryId };
  const waiting = await createRun(scope, { kind: "reclaim", ...place, options: {} });
  await prisma().run.update({
    where: { id: waiting.id },
    data: { status: "awaiting_confirmation", confirmation: {}, confirmBefore: after(0) },
  });
  expect(await told()).toEqual(
    [
      ...["gc.failed", "gc.failed", "gc.finished", "preview.ready", "run.failed"],
      ...["run.finished", "run.finished", "run.waiting"],
    ].sort(),
  );
  expect(receiver.received, "nothing is sent by the transaction itself").toEqual([]);
});

test("N-15 nothing is told of a run whose end was rolled back", async () => {
  await addWebhook("run.finished");
  const place = { spaceId: tenant.spaceId, registryId: tenant.registryId };
  const run = await createRun(scope, { kind: "purge", ...place, options: {} });
  const undone = prisma().$transaction(async (tx) => {
    await tx.run.update({ where: { id: run.id }, data: { status: "succeeded", finishedAt: new Date() } });
    throw new Error("rolled back");
  });
  await expect(undone).rejects.toThrow("rolled back");
  expect(await told()).toEqual([]);
});

test("N-15 a webhook carries the event, signed with its secret and a time; its answer stays with the receiver", async () => {
  const { target, signingSecret } = await addWebhook("run.finished");
  const runId = await endRun("purge", { status: "succeeded" });
  expect(await deliverDue(after(0), ALWAYS)).toBe(1);
  const [hook, ...others] = receiver.received;
  if (!hook) throw new Error("nothing came");
  expect(others).toEqual([]);
  expect(hook.path).toBe("/hook?key=hidden");
  expect(isSignedBy(hook, signingSecret)).toBe(true);
  expect(isSignedBy({ ...hook, text: `${hook.text} ` }, signingSecret)).toBe(false);
  expect(Math.abs(Number(hook.headers["webhook-timestamp"]) - Date.now() / 1000)).toBeLessThan(60);
  expect(hook.body).toMatchObject({
    ...{ type: "run.finished", id: hook.headers["webhook-id"] },
    data: { title: "Purge of acme is done", run: { id: runId, status: "succeeded", requestedByName: "Ada" } },
  });
  const [delivery] = await deliveries();
  expect(delivery).toMatchObject({ state: "delivered", attempts: [{ status: 204, error: null }], payload: hook.body });
  expect(JSON.stringify(delivery)).not.toContain("own words");
  // What is secret is in no answer and in no row as it is.
  const rows = JSON.stringify(await prisma().notificationTarget.findMany({ where: { id: target.id } }));
  for (const text of [rows, JSON.stringify(await listNotificationTargets(scope))]) {
    expect(text).not.toContain("key=hidden");
    expect(text).not.toContain(signingSecret);
  }
  expect(target.address).toBe(`${receiver.url}/…dden`);
});

test("N-15 what a receiver refuses is tried again, later each time, and arrives once with the same id", async () => {
  await addWebhook("run.finished");
  await endRun("purge", { status: "succeeded" });
  receiver.answerWith(500, 0, 302);
  const now = Date.now();
  let at = now + 1_000;
  for (const attempt of [1, 2, 3]) {
    expect(await deliverDue(new Date(at), ALWAYS)).toBe(1);
    expect(await deliverDue(new Date(at), ALWAYS), "not again at once").toBe(0);
    at += retryDelayMs(attempt) ?? 0;
  }
  expect(await deliverDue(new Date(at), ALWAYS)).toBe(1);
  const [delivery] = await deliveries();
  expect(delivery?.attempts.map(({ error }) => error)).toEqual([
    "it answered 500",
    "the connection was closed without an answer",
    "it answered 302, and redirects are not followed",
    null,
  ]);
  expect(delivery?.state).toBe("delivered");
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(receiver.received.every(({ path }) => path.startsWith("/hook"))).toBe(true);
});

test("N-15 the attempts end; somebody may have it sent again", async () => {
  const { target } = await addWebhook("run.finished");
  await endRun("purge", { status: "succeeded" });
  receiver.answerWith(...Array.from({ length: 20 }, () => 503));
  for (let at = Date.now() + 1_000; (await deliverDue(new Date(at), ALWAYS)) > 0; ) at += 24 * 3_600_000;
  const [failed] = await deliveries();
  expect(failed).toMatchObject({ state: "failed", nextAttemptAt: null });
  const tries = failed?.attempts.length ?? 0;
  expect(tries).toBeGreaterThan(5);
  expect((await listNotificationTargets(scope)).items[0]).toMatchObject({
    id: target.id,
    lastError: "it answered 503",
  });
  receiver.answerWith();
  await retryNotificationDelivery(scope, { deliveryId: failed?.id ?? "" });
  expect(await deliverDue(after(0), ALWAYS)).toBe(1);
  const again = (await deliveries()).find(({ id }) => id === failed?.id);
  expect(again).toMatchObject({ state: "delivered" });
  expect(again?.attempts).toHaveLength(tries + 1);
  await expect(retryNotificationDelivery(scope, { deliveryId: failed?.id ?? "" })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("N-15 two workers send a thing once; one that dies leaves it to the other", async () => {
  await addWebhook("run.finished");
  for (let i = 0; i < 6; i++) await endRun("purge", { status: "succeeded" });
  const at = after(0);
  const [dead] = await claimDue(at, { leaseMs: LEASE_MS, limit: 1, perTarget: 1 });
  expect(dead?.attempt).toBe(1);
  const sent = await Promise.all([deliverDue(at, ALWAYS), deliverDue(at, ALWAYS)]);
  expect(sent[0] + sent[1]).toBe(5);
  expect(receiver.received).toHaveLength(5);
  expect(await deliverDue(new Date(at.getTime() + LEASE_MS + 1), ALWAYS)).toBe(1);
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(6);
});

test("N-15 e-mail goes to its recipients in words; a mail server that refuses is asked again", async () => {
  const target = { kind: "email", name: "people", recipients: ["ops@acme.example", "dev@acme.example"] } as const;
  await createNotificationTarget(scope, {
    ...target,
    recipients: [...target.recipients],
    events: ["gc.failed"],
    isEnabled: true,
  });
  await endRun("gc", new Error("x"));
  mail.refuse("the queue is full");
  const first = after(0);
  await deliverDue(first, ALWAYS);
  mail.refuse(null);
  expect(mail.received).toEqual([]);
  expect((await deliveries())[0]?.attempts[0]?.error).toContain("queue is full");
  await deliverDue(new Date(first.getTime() + (retryDelayMs(1) ?? 0)), ALWAYS);
  const [one] = mail.received;
  expect(one?.to).toEqual(["ops@acme.example", "dev@acme.example"]);
  expect(one?.raw).toMatch(/^Subject: \[acme\] Garbage collection of acme failed\r?$/m);
  expect(one?.raw).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
});

test("N-15 Slack gets the form of its incoming webhooks", async () => {
  const slack = { kind: "slack", name: "chat", url: `${receiver.url}/services/T0/B0/secret` } as const;
  const { target, signingSecret } = await createNotificationTarget(scope, {
    ...{ ...slack, events: ["run.finished"], isEnabled: true },
  });
  expect(signingSecret).toBeNull();
  expect(target.address).not.toContain("B0");
  await endRun("restore", { status: "succeeded" });
  await deliverDue(after(0), ALWAYS);
  const [hook] = receiver.received;
  expect(hook?.body).toMatchObject({ text: "Restore of acme is done", blocks: [{ type: "section" }] });
  expect(hook?.headers["webhook-signature"]).toBeUndefined();
});

test("N-15 the test button sends at once and once, and answers with what came back", async () => {
  const { target, signingSecret } = await addWebhook("quota.near");
  receiver.answerWith(404);
  const failed = await testNotificationTarget(scope, { targetId: target.id });
  expect(failed).toMatchObject({
    event: "test",
    state: "failed",
    attempts: [{ status: 404, error: "it answered 404" }],
  });
  const passed = await testNotificationTarget(scope, { targetId: target.id });
  expect(passed).toMatchObject({ state: "delivered", title: "A test from acme" });
  expect(receiver.received).toHaveLength(2);
  expect(receiver.received.every((hook) => isSignedBy(hook, signingSecret))).toBe(true);
  expect(await deliverDue(after(0), ALWAYS)).toBe(0);
});

test("N-15 after a new secret both sign for a day", async () => {
  const { target, signingSecret } = await addWebhook("quota.near");
  const { signingSecret: next } = await rotateSigningSecret(scope, { targetId: target.id });
  await testNotificationTarget(scope, { targetId: target.id });
  const [hook] = receiver.received;
  if (!hook) throw new Error("nothing came");
  expect([isSignedBy(hook, signingSecret), isSignedBy(hook, next)]).toEqual([true, true]);
  await prisma().notificationTarget.updateMany({ data: { previousSecretUntil: new Date(Date.now() - 1) } });
  await testNotificationTarget(scope, { targetId: target.id });
  const later = receiver.received[1];
  if (!later) throw new Error("nothing came");
  expect([isSignedBy(later, signingSecret), isSignedBy(later, next)]).toEqual([false, true]);
});

test("N-15 a quota is told of once while it is near, and again after it was far", async () => {
  await addWebhook("quota.near");
  const { workspaceId, spaceId, registryId } = tenant;
  const repository = { id: `repo_${spaceId}`, workspaceId, spaceId, registryId, name: "acme/app", tagCount: 89 };
  await prisma().repository.create({ data: repository });
  await prisma().workspace.update({ where: { id: workspaceId }, data: { tagQuota: 100 } });
  const have = async (tagCount: number) => {
    await prisma().repository.update({ where: { id: repository.id }, data: { tagCount } });
    await tellDue(new Date());
    return (await told()).length;
  };
  expect([await have(89), await have(90), await have(99), await have(86), await have(90)]).toEqual([0, 1, 1, 1, 1]);
  expect([await have(84), await have(91)]).toEqual([1, 2]);
  expect((await deliveries())[0]).toMatchObject({
    title: "acme has used 91% of its tag quota",
    payload: { data: { tagCount: 91, tagQuota: 100, percent: 91 } },
  });
});

test("N-15 entries that are purged by the end of tomorrow are told of once a day and space", async () => {
  await addWebhook("bin.purge_soon");
  const now = new Date("2026-06-10T09:00:00.000Z");
  const { workspaceId, spaceId, registryId } = tenant;
  const entry = (i: number, purgeAfter: string) => ({
    ...{ id: `bin_${spaceId}_${i}`, workspaceId, spaceId, registryId, repositoryName: "acme/app", runId: "run_x" },
    ...{ binRepositoryName: "recyclebin/x", digest: `sha256:${i}`, mediaType: "m", kind: "image", actorName: "Ada" },
    ...{ state: "held" as const, reason: {}, sizeBytes: 1024n, purgeAfter: new Date(purgeAfter) },
  });
  await prisma().binEntry.createMany({
    data: [entry(1, "2026-06-10T20:00:00Z"), entry(2, "2026-06-11T23:59:00Z"), entry(3, "2026-06-12T00:00:00Z")],
  });
  await tellDue(now);
  await tellDue(new Date("2026-06-10T23:00:00.000Z"));
  expect(await deliveries()).toMatchObject([
    {
      title: "2 entries of the recycle bin of acme are purged soon",
      payload: {
        data: { entryCount: 2, sizeBytes: 2048, firstPurgeAt: "2026-06-10T20:00:00.000Z", space: { id: spaceId } },
      },
    },
  ]);
  await tellDue(new Date("2026-06-11T00:00:30.000Z"));
  expect(await deliveries()).toHaveLength(2);
});

test("N-15 addresses of private and metadata networks are refused, when they are written and when they are connected to", async () => {
  const { target } = await addWebhook("quota.near");
  const url = { kind: "webhook", name: "inside", events: ["run.failed"], isEnabled: true } as const;
  const add = (address: string) => createNotificationTarget(scope, { ...url, events: [...url.events], url: address });
  await expect(add("http://169.254.169.254/latest/meta-data")).rejects.toMatchObject({ code: "unprocessable" });
  process.env.RECLAIM_ALLOW_PRIVATE_WEBHOOKS = "false";
  resetEnvForTests();
  try {
    await expect(add(`${receiver.url}/hook`)).rejects.toMatchObject({ code: "unprocessable" });
    await expect(add("http://[::ffff:127.0.0.1]/hook")).rejects.toMatchObject({ code: "unprocessable" });
    const port = new URL(receiver.url).port;
    const { target: named } = await add(`http://localhost:${port}/hook`);
    for (const targetId of [target.id, named.id]) {
      expect((await testNotificationTarget(scope, { targetId })).attempts[0]?.error).toBe(
        "the address is in a network that notifications are not sent into",
      );
    }
    expect(receiver.received).toEqual([]);
  } finally {
    process.env.RECLAIM_ALLOW_PRIVATE_WEBHOOKS = "true";
    resetEnvForTests();
  }
});

test("N-15 targets are changed by revision, switched off with what waits for them, and are at most so many", async () => {
  const { target } = await addWebhook("run.finished");
  await endRun("purge", { status: "succeeded" });
  const change = { targetId: target.id, revision: 1 };
  const off = await updateNotificationTarget(scope, { ...change, isEnabled: false, name: "renamed" });
  expect(off).toMatchObject({ name: "renamed", revision: 2, isEnabled: false });
  await expect(updateNotificationTarget(scope, { ...change, name: "late" })).rejects.toMatchObject({
    code: "conflict",
  });
  expect(await deliverDue(after(0), ALWAYS)).toBe(0);
  await endRun("purge", { status: "succeeded" });
  expect((await deliveries()).map(({ state }) => state)).toEqual(["failed"]);
  await expect(
    updateNotificationTarget(scope, { ...change, revision: 2, recipients: ["a@b.example"] }),
  ).rejects.toMatchObject({
    code: "bad_request",
  });
  const add = (i: number) =>
    createNotificationTarget(scope, {
      ...{ kind: "webhook", name: `hook ${i}`, url: receiver.url, events: ["run.failed"], isEnabled: true },
    });
  const added = await Promise.allSettled(Array.from({ length: TARGETS_MAX + 3 }, (_, i) => add(i)));
  expect(added.filter(({ status }) => status === "fulfilled")).toHaveLength(TARGETS_MAX - 1);
  await deleteNotificationTarget(scope, { targetId: target.id });
  expect((await listNotificationTargets(scope)).items).toHaveLength(TARGETS_MAX - 1);
  await expect(add(0)).rejects.toMatchObject({ code: "conflict" });
  const actions = await prisma().auditEvent.findMany({
    where: { workspaceId: tenant.workspaceId, resourceId: target.id },
  });
  expect(actions.map(({ action }) => action).sort()).toEqual(
    ["notification-target.changed", "notification-target.created", "notification-target.removed"].sort(),
  );
  expect(JSON.stringify(actions)).not.toContain("key=hidden");
});

test("N-15 another workspace hears nothing and sees nothing", async () => {
  const { target } = await addWebhook("run.finished");
  const other = await createTestTenant({ name: "other" });
  const theirs = await scopeOf(await createTestUser("Eve"), other.workspaceId);
  await endRun("purge", { status: "succeeded" });
  expect((await listNotificationDeliveries(theirs, { limit: 10 })).items).toEqual([]);
  const [delivery] = await deliveries();
  for (const attempt of [
    () => testNotificationTarget(theirs, { targetId: target.id }),
    () => updateNotificationTarget(theirs, { targetId: target.id, revision: 1, name: "mine" }),
    () => rotateSigningSecret(theirs, { targetId: target.id }),
    () => deleteNotificationTarget(theirs, { targetId: target.id }),
    () => retryNotificationDelivery(theirs, { deliveryId: delivery?.id ?? "" }),
  ])
    await expect(attempt()).rejects.toMatchObject({ code: "not_found" });
});
