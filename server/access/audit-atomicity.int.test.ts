import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { setGcEnablement } from "@/server/gc/set-gc-enablement";
import { startGc } from "@/server/gc/start-gc";
import { undoGc } from "@/server/gc/undo-gc";
import { cancelRun } from "@/server/history/cancel-run";
import { confirmRun } from "@/server/history/confirm-run";
import { createRun } from "@/server/history/create-run";
import { cancelCrawl } from "@/server/images/cancel-crawl";
import { startCrawl } from "@/server/images/start-crawl";
import { insertSession } from "@/server/platform/auth/access.store";
import type { Actor } from "@/server/platform/auth/actor";
import { closeAttemptLimiters } from "@/server/platform/auth/attempt-limiters";
import { hashPassword } from "@/server/platform/auth/password";
import { openScope, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { stopAllReclaims } from "@/server/platform-settings/stop-all-reclaims";
import { previewReclaim } from "@/server/reclaim/preview-reclaim";
import { startReclaim } from "@/server/reclaim/start-reclaim";
import { checkBin } from "@/server/recycle-bin/check-bin";
import { giveUpBinEntry } from "@/server/recycle-bin/give-up-bin-entry";
import { retryBinEntry } from "@/server/recycle-bin/retry-bin-entry";
import { startPurge } from "@/server/recycle-bin/start-purge";
import { startRestore } from "@/server/recycle-bin/start-restore";
import { checkRegistry } from "@/server/registries/check-registry";
import { createRules } from "@/server/rules/create-rules";
import { syncSpace } from "@/server/spaces/sync-space";
import { updateSpace } from "@/server/spaces/update-space";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant } from "@/testing/tenant";
import { createMyToken } from "./create-my-token";
import { endSession } from "./end-session";
import { endSessions } from "./end-sessions";
import { revokeMyToken } from "./revoke-my-token";
import { signIn } from "./sign-in";
import { signInByIdentity } from "./sign-in-by-identity";
import { signOut } from "./sign-out";

const PASSWORD = "a good long password";
const DEFINITION = {
  ...{ effect: "reclaim" as const, when: [], schedule: { kind: "manual" as const }, limits: {} },
  allowLastArtifact: false,
  select: {
    ...{ repositories: { include: [], exclude: [] }, tags: { include: [], exclude: [] } },
    ...{ state: "any" as const, kinds: "any" as const },
  },
};
let database: TestDatabase;
let passwordHash: string;

beforeAll(async () => {
  [database, passwordHash] = await Promise.all([createTestDatabase(), hashPassword(PASSWORD)]);
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterEach(async () => {
  const reclaimsGoOn = { reclaimStoppedAt: null, reclaimStoppedByName: null, reclaimStopReason: null };
  await prisma().platformSettings.updateMany({ data: reclaimsGoOn });
});
afterAll(async () => {
  await closeQueues();
  await closeAttemptLimiters();
  await disconnectPrisma();
  await database.drop();
});

/** Everything that is written down, but for the log: a digest of each table. */
async function everything(): Promise<Record<string, string>> {
  const tables = await prisma().$queryRaw<{ name: string }[]>`
    SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`;
  const digests = tables.map(async ({ name }) => {
    const [row] = await prisma().$queryRawUnsafe<{ digest: string }[]>(
      `SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) AS digest FROM "${name}" t`,
    );
    return [name, row?.digest ?? ""] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
}

/** The log takes nothing any more, as on a full disk. */
async function whileTheLogIsFull<T>(work: () => Promise<T>): Promise<T> {
  await prisma().$executeRawUnsafe(`
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room in the log'; END $$`);
  await prisma().$executeRawUnsafe(
    "CREATE TRIGGER no_room BEFORE INSERT ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION no_room()",
  );
  try {
    return await work();
  } finally {
    await prisma().$executeRawUnsafe("DROP FUNCTION no_room() CASCADE");
  }
}

/** A space in which there is something to do for everything that people may ask for. */
async function createWorld() {
  const tenant = await createTestTenant();
  const { workspaceId, spaceId, registryId } = tenant;
  const userId = newId("usr");
  const email = `${userId}@x.example`;
  await prisma().user.create({ data: { id: userId, email, name: "Ada", passwordHash, isPlatformAdmin: true } });
  await prisma().member.create({ data: { workspaceId, userId, role: "admin" } });
  const [sessionId, otherSessionId] = [await insertSession(userId, "here"), await insertSession(userId, "there")];
  const actor: Actor = { kind: "user", userId, name: "Ada", email, isPlatformAdmin: true, sessionId, token: null };
  const scope = await openScope(actor, workspaceId);
  const { items } = await createRules(scope, {
    spaceId,
    rules: [{ name: "one", definition: DEFINITION, isEnabled: true }],
  });
  const ruleId = items[0]?.id ?? "";
  const place = { workspaceId, spaceId, registryId };
  const entry = async (problemAction: string | null) => {
    const id = newId("bin");
    const image = { digest: `sha256:${"a".repeat(64)}`, mediaType: "application/vnd.oci.image.manifest.v1+json" };
    const problem = { problemAction, problemText: "it failed", problemRunId: newId("run"), problemAt: new Date() };
    await prisma().binEntry.create({
      data: {
        ...{ id, ...place, ...image, kind: "image", state: "held", reason: {}, runId: newId("run"), actorName: "Ada" },
        ...{ repositoryName: "acme/app", binRepositoryName: `recyclebin/${spaceId}/acme/app`, sizeBytes: 1n },
        ...{ recycledAt: new Date(), purgeAfter: new Date(Date.now() + 86_400_000) },
        ...(problemAction === null ? {} : problem),
      },
    });
    return id;
  };
  const run = async (kind: "reclaim" | "gc", data: object) => {
    const { id } = await createRun(tenant.scope, { kind, spaceId, registryId, options: {} });
    await prisma().run.update({ where: { id }, data });
    return id;
  };
  const finishedAt = new Date();
  const collectedId = await run("gc", { status: "succeeded", finishedAt });
  await prisma().gcQuarantine.create({
    data: {
      ...{ runId: collectedId, registryId, workspaceId, storageKey: "x", state: "kept" },
      purgeAfter: new Date(Date.now() + 86_400_000),
    },
  });
  const token = await createMyToken(actor, {
    ...{ name: "laptop", role: "viewer", workspaceId: null, spaceIds: null, expiresInDays: null },
  });
  return {
    ...{ tenant, actor, scope, place, ruleId, otherSessionId, email, run, collectedId, tokenId: token.token.id },
    ...{ held: await entry(null), failed: await entry("purge") },
  };
}

type World = Awaited<ReturnType<typeof createWorld>>;
interface Act {
  name: string;
  /** what it needs besides, before the log is full */
  prepare?: (world: World) => Promise<string>;
  act: (world: World, prepared: string) => Promise<unknown>;
  /** how its event is called */
  action: string;
}

const inSpace = ({ place: { spaceId } }: World) => ({ spaceId });
const waiting = ({ run }: World) =>
  run("reclaim", { status: "awaiting_confirmation", confirmation: {}, confirmBefore: new Date(Date.now() + 60_000) });
const ACTS: readonly Act[] = [
  {
    name: "a reclaim",
    act: (world) => startReclaim(world.scope, { ...inSpace(world), ruleIds: [world.ruleId] }),
    action: "reclaim.start",
  },
  {
    name: "a preview",
    act: (world) => previewReclaim(world.scope, { ...inSpace(world), ruleIds: [world.ruleId] }),
    action: "reclaim.preview",
  },
  {
    name: "a cancel",
    prepare: waiting,
    act: ({ scope }, runId) => cancelRun(scope, { runId }),
    action: "reclaim.cancel",
  },
  {
    name: "a confirmation",
    prepare: waiting,
    act: ({ scope }, runId) => confirmRun(scope, { runId }),
    action: "reclaim.confirm",
  },
  {
    name: "a restore",
    act: (world) =>
      startRestore(world.scope, { ...inSpace(world), entryIds: [world.held], onTagConflict: "keep_current" }),
    action: "restore.start",
  },
  {
    name: "a purge",
    act: (world) => startPurge(world.scope, { ...inSpace(world), entryIds: [world.held], typedName: "acme" }),
    action: "purge.start",
  },
  {
    name: "one more try",
    act: (world) => retryBinEntry(world.scope, { ...inSpace(world), entryId: world.failed }),
    action: "purge.start",
  },
  {
    name: "giving up",
    act: (world) => giveUpBinEntry(world.scope, { ...inSpace(world), entryId: world.failed }),
    action: "bin.give_up",
  },
  { name: "a check of the bin", act: (world) => checkBin(world.scope, inSpace(world)), action: "bin.check" },
  { name: "a reading", act: (world) => syncSpace(world.scope, inSpace(world)), action: "crawls.start" },
  {
    name: "the end of a reading",
    prepare: async ({ place }) => (await startCrawl({ ...place, trigger: "manual" })).id,
    act: (world, crawlId) => cancelCrawl(world.scope, { ...inSpace(world), crawlId }),
    action: "crawls.cancel",
  },
  {
    name: "a question to a registry",
    act: ({ scope, place: { registryId } }) => checkRegistry(scope, { registryId }),
    action: "registries.check",
  },
  {
    name: "an undone collection",
    act: ({ scope, collectedId }) => undoGc(scope, { runId: collectedId }),
    action: "gc.undo",
  },
  {
    name: "collections switched off",
    act: ({ actor, place: { registryId } }) => setGcEnablement(actor, { registryId, isEnabled: false }),
    action: "gc.disable",
  },
  {
    name: "the platform's switch",
    act: ({ actor }) => stopAllReclaims(actor, { reason: "wrong images go" }),
    action: "platform.stop_reclaims",
  },
  {
    name: "a setting",
    act: (world) => updateSpace(world.scope, { ...inSpace(world), name: "renamed" }),
    action: "spaces.update",
  },
  {
    name: "a token",
    act: ({ actor }) =>
      createMyToken(actor as Extract<Actor, { kind: "user" }>, {
        ...{ name: "phone", role: "viewer", workspaceId: null, spaceIds: null, expiresInDays: null },
      }),
    action: "token.created",
  },
  {
    name: "a revoked token",
    act: ({ actor, tokenId }) => revokeMyToken(actor, { tokenId, keepMade: false }),
    action: "token.revoked",
  },
  {
    name: "a sign-in",
    act: ({ email }) => signIn({ email, password: PASSWORD, userAgent: null }),
    action: "session.started",
  },
  {
    name: "a sign-in by single sign-on",
    act: ({ email }) =>
      signInByIdentity(
        { issuer: "https://id.example", subject: email, email, isEmailVerified: true, name: "Ada" },
        null,
      ),
    action: "session.started",
  },
  { name: "a sign-out", act: ({ otherSessionId }) => signOut(otherSessionId), action: "session.ended" },
  {
    name: "an ended session",
    act: ({ actor, otherSessionId }) => endSession(actor, otherSessionId),
    action: "session.ended",
  },
  { name: "all sessions", act: ({ actor }) => endSessions(actor, { keepCurrent: true }), action: "sessions.ended" },
];

test.each(ACTS.map((one) => [one.name, one] as const))(
  "K-44 %s that cannot be recorded does not happen; else both do",
  async (_name, { prepare, act, action }) => {
    const world = await createWorld();
    const prepared = (await prepare?.(world)) ?? "";
    const before = await everything();
    await whileTheLogIsFull(() => expect(act(world, prepared)).rejects.toThrow(/no room in the log/));
    expect(await everything()).toEqual(before);

    const count = () => prisma().auditEvent.count({ where: { action } });
    const recorded = await count();
    await act(world, prepared);
    expect(await count()).toBe(recorded + 1);
    const after = await everything();
    const changed = Object.keys(after).filter((name) => after[name] !== before[name] && !name.startsWith("audit_"));
    expect(changed, "it did something").not.toEqual([]);
  },
);

test("K-44 a collection that cannot be recorded does not start", async () => {
  const { scope, place } = await createWorld();
  await prisma().registry.update({
    where: { id: place.registryId },
    data: { auth: "console", storageRoot: "/nowhere" },
  });
  const start = (by: WorkspaceScope) => startGc(by, { spaceId: place.spaceId, deleteUntagged: true });
  await whileTheLogIsFull(() => expect(start(scope)).rejects.toThrow(/no room in the log/));
  expect(await prisma().run.count({ where: { ...place, kind: "gc", finishedAt: null } })).toBe(0);
  expect((await start(scope)).status).toBe("queued");
});

test("K-44 a preview is on record with what it was of, and not with all that the rules say; what the console previews is not", async () => {
  const { tenant, scope, place, ruleId } = await createWorld();
  const { spaceId } = place;
  const asked = await previewReclaim(scope, { spaceId, ruleIds: [ruleId] });
  await previewReclaim(tenant.scope, { spaceId, ruleIds: [ruleId] });
  const events = await prisma().auditEvent.findMany({ where: { spaceId, action: "reclaim.preview" } });
  expect(events).toMatchObject([
    { resourceId: asked.id, actorName: "Ada", data: { ruleIds: [ruleId], rules: [{ id: ruleId, name: "one" }] } },
  ]);
  expect(JSON.stringify(events[0]?.data)).not.toContain("definition");
});
