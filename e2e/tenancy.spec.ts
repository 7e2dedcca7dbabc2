import { expect, test } from "@playwright/test";
import { listSessions } from "@/contracts/account";
import { listCrawls } from "@/contracts/crawls";
import { listImages } from "@/contracts/images";
import { createInvitation, listMembers } from "@/contracts/members";
import type { Operation } from "@/contracts/operation";
import { OPERATIONS } from "@/contracts/operations";
import { createPins } from "@/contracts/pins";
import { startReclaim } from "@/contracts/reclaim";
import { listBinEntries } from "@/contracts/recycle-bin";
import { createRule } from "@/contracts/rules";
import { createSpace, updateSpace } from "@/contracts/spaces";
import { createWorkspaceToken } from "@/contracts/tokens";
import { createNotificationTarget, testNotificationTarget } from "@/contracts/webhooks";
import { ROLES, type Role, roleCan } from "@/domain/access/permissions";
import { QUESTIONS } from "@/server/platform/http/record-done";
import { newId } from "@/server/platform/new-id";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { type RawAnswer, send } from "./support/api";
import { openDatabase } from "./support/database";
import { dataOfFrames } from "./support/documented";
import { bodyOf, hasBody, namesIds, parametersOf, queryOf, type TenantIds } from "./support/operation-inputs";
import { signIn } from "./support/sign-in";
import type { EndToEndStack } from "./support/stack";
import {
  createFilledSpace,
  createTenant,
  reclaimSome,
  type Tenant,
  type TenantSpace,
  takeTags,
} from "./support/tenants";
import { NO_GRACE, openStack, STEADY_TIMES } from "./support/with-stack";

/** Two workspaces of one registry, alike in everything, which know nothing of each other. */
interface Side {
  tenant: Tenant;
  space: TenantSpace;
  ids: TenantIds;
  /** A registry that only this workspace may use. */
  ownRegistryId: string;
  /** What nobody outside may ever read in an answer. */
  secrets: string[];
}

let stack: EndToEndStack;
let north: Side;
let south: Side;
/** A registry that nobody has attached. */
let spare: TestRegistry;

test.beforeAll(async () => {
  const environment = { ...STEADY_TIMES, ...NO_GRACE, RECLAIM_ALLOW_PRIVATE_REGISTRIES: "true" };
  [stack, spare] = await Promise.all([openStack("tenancy", { isDemo: false, environment }), startTestRegistry()]);
  north = await createSide("north");
  south = await createSide("south");
});
test.afterAll(async () => {
  await Promise.all([stack?.stop(), spare?.stop()]);
});

async function createSide(name: string): Promise<Side> {
  const tenant = await createTenant(stack, name);
  const { workspaceId, admin, members } = tenant;
  const space = await createFilledSpace(
    stack,
    { workspaceId, api: admin, session: members.admin },
    { prefix: name, repositories: 1, imagesPerRepository: 5 },
  );
  const { spaceId } = space;
  const { ruleId, runId, entries } = await reclaimSome(admin, { workspaceId, spaceId }, takeTags("v0", "v1"));
  const [entry] = entries;
  if (!entry) throw new Error("nothing is in the bin");
  const { items: crawls } = await admin.call(listCrawls, { params: { workspaceId, spaceId } });
  // One of the whole registry is everybody's.
  const crawl = crawls.find((one) => one.spaceId === spaceId);
  if (!crawl) throw new Error("the space was never read");
  const [pinned] = (await admin.call(listImages, { params: { workspaceId, spaceId } })).items;
  if (!pinned) throw new Error("the space has no image");
  const { repositoryName, digest } = pinned;
  const { items: pins } = await admin.call(createPins, {
    ...{ params: { workspaceId, spaceId }, body: { images: [{ repositoryName, digest }], reason: `a pin of ${name}` } },
  });
  const pinId = pins[0]?.id ?? "";
  const [ownRegistryId, readerSlug] = [newId("reg"), `${name}-readers`];
  const { token } = await admin.call(createWorkspaceToken, {
    ...{ params: { workspaceId }, body: { name: `robot of ${name}`, role: "viewer" } },
  });
  const tokenId = token.id;
  const { target } = await admin.call(createNotificationTarget, {
    params: { workspaceId },
    body: { kind: "webhook", name: `hook of ${name}`, url: `https://hooks.invalid/${name}`, events: ["gc.failed"] },
  });
  // Nobody is there: it did not arrive, and can be sent again.
  const delivery = await admin.call(testNotificationTarget, { params: { workspaceId, targetId: target.id } });
  const { invitation } = await admin.call(createInvitation, {
    ...{ params: { workspaceId }, body: { email: `guest@${name}.example`, role: "viewer" } },
  });
  const { items: people } = await admin.call(listMembers, { params: { workspaceId } });
  const userId = people.find(({ role }) => role === "viewer")?.userId ?? "";
  await signIn(stack.url, members.admin.email, members.admin.password);
  const { items: sessions } = await admin.call(listSessions, {});
  const sessionId = sessions.find(({ isCurrent }) => !isCurrent)?.id ?? "";
  const own = {
    ...{ userId, invitationId: invitation.id, sessionId },
    ...{ entryId: entry.id, crawlId: crawl.id, pinId, registryId: ownRegistryId, readerSlug, tokenId },
    ...{ targetId: target.id, deliveryId: delivery.id },
  };
  const ids = { workspaceId, spaceId, runId, ruleId, ...own };
  const database = await openDatabase(stack.databaseUrl);
  await database.rows(
    'INSERT INTO registries (id, workspace_id, name, url, auth) VALUES ($1, $2, $3, $4, $5::"RegistryAuth")',
    [ownRegistryId, workspaceId, `registry of ${name}`, `http://127.0.0.1:9/${name}`, "none"],
  );
  // Its admin is a member of another workspace too, which a space may be bound to.
  const readerId = newId("ws");
  await database.rows("INSERT INTO workspaces (id, slug, name) VALUES ($1, $2, $2)", [readerId, readerSlug]);
  await database.rows(
    `INSERT INTO members (workspace_id, user_id, role) SELECT $1, id, 'viewer' FROM users WHERE email = $2`,
    [readerId, members.admin.email],
  );
  await database.close();
  return { tenant, space, ids, ownRegistryId, secrets: [name, ...Object.values(ids), entry.digest] };
}

/** A run that takes more of its space than may go without a confirmation. */
async function runThatWaits({ tenant: { admin }, ids: { workspaceId, spaceId } }: Side): Promise<string> {
  const params = { workspaceId, spaceId };
  await admin.call(updateSpace, { params, body: { confirmSharePercent: 1 } });
  const rule = await admin.call(createRule, { params, body: { name: "much", definition: takeTags("**") } });
  const run = await admin.call(startReclaim, { params, body: { ruleIds: [rule.id] } });
  await admin.untilRun(workspaceId, run.id, "asks first", ({ status }) => status === "awaiting_confirmation");
  return run.id;
}

/** A request that would succeed, but for the path parameters that are replaced. */
function ask(
  side: Side,
  operation: Operation,
  options: {
    role?: Role | null;
    replaced?: Partial<TenantIds>;
    rawBody?: string;
    body?: unknown;
    query?: Record<string, unknown> | undefined;
    frames?: number;
  } = {},
): Promise<RawAnswer> {
  const { role = "admin", replaced = {}, rawBody, frames = 0 } = options;
  const ids = { ...side.ids, ...replaced };
  const params = Object.fromEntries(parametersOf(operation).map((name) => [name, ids[name]]));
  return send(stack.url, operation, {
    session: role === null ? null : side.tenant.members[role],
    params,
    query: options.query ?? queryOf(operation, side.space),
    body: options.body ?? bodyOf(operation, { ...side.ids, registryId: side.space.registryId }, side.space),
    ...(rawBody === undefined ? {} : { rawBody }),
    frames,
  });
}

function expectProblem(answer: RawAnswer, status: number, code: string, what: string): void {
  expect({ what, status: answer.status, code: answer.problem?.code }, answer.text.slice(0, 300)).toEqual({
    ...{ what, status, code },
  });
}

/** The answer with what is different each time taken out. */
function comparable({ text, problem }: RawAnswer, ids: readonly string[]): string {
  return ids.reduce((all, id) => all.replaceAll(id, "<id>"), text.replace(problem?.requestId ?? "", "<request>"));
}

/** All choices of at least one. */
function subsetsOf<T>(all: readonly T[]): T[][] {
  const masks = Array.from({ length: 2 ** all.length - 1 }, (_, i) => i + 1);
  return masks.map((mask) => all.filter((_, at) => mask & (1 << at)));
}

const UNKNOWN: TenantIds = {
  workspaceId: newId("ws"),
  spaceId: newId("spc"),
  runId: newId("run"),
  ruleId: newId("rule"),
  entryId: newId("bin"),
  crawlId: newId("crawl"),
  pinId: newId("pin"),
  registryId: newId("reg"),
  tokenId: newId("tok"),
  targetId: newId("target"),
  deliveryId: newId("dlv"),
  userId: newId("usr"),
  invitationId: newId("inv"),
  sessionId: newId("ses"),
  readerSlug: "no-such-readers",
};
/** Nothing is wrong with any entry: there is nothing to try again or to give up. And no collection runs. */
const NOTHING_THERE: Record<string, number> = {
  retryBinEntry: 409,
  giveUpBinEntry: 409,
  getActiveGc: 404,
  undoGc: 404,
  // The one in the ids is the workspace's.
  revokeMyToken: 404,
  // The last admin stays; and the links in the examples are good for nothing.
  leaveWorkspace: 409,
  acceptInvitation: 404,
  registerByInvitation: 404,
  choosePasswordByLink: 404,
};
const OF_WORKSPACES = OPERATIONS.filter((operation) => operation.access.kind === "workspace");
/** Of the platform: the console's own settings, which no role of a workspace may change. */
const OF_PLATFORM = OPERATIONS.filter((operation) => operation.path.startsWith("/api/v1/platform/"));
const PERMISSION = (operation: Operation) =>
  operation.access.kind === "workspace" ? operation.access.permission : null;

test("the list that this walks is the API", () => {
  expect(OF_WORKSPACES.length).toBeGreaterThan(30);
  for (const operation of OF_WORKSPACES) {
    expect(parametersOf(operation), operation.id).toContain("workspaceId");
    for (const name of parametersOf(operation)) expect(Object.keys(UNKNOWN), operation.id).toContain(name);
  }
});

for (const operation of OF_WORKSPACES) {
  test(`${operation.id}: foreign and unknown ids answer alike`, async () => {
    for (const names of subsetsOf(parametersOf(operation))) {
      const pick = (ids: TenantIds) => Object.fromEntries(names.map((name) => [name, ids[name]]));
      const foreign = await ask(north, operation, { replaced: pick(south.ids) });
      const unknown = await ask(north, operation, { replaced: pick(UNKNOWN) });
      const what = `${operation.id} with foreign ${names.join(", ")}`;
      expectProblem(foreign, 404, "not_found", what);
      expectProblem(unknown, 404, "not_found", what);
      expect(comparable(foreign, Object.values(south.ids))).toBe(comparable(unknown, Object.values(UNKNOWN)));
      for (const secret of south.secrets) expect(foreign.text, what).not.toContain(secret);
    }
  });

  test(`K-11 ${operation.id}: nobody without a session, no role without its permission`, async () => {
    expectProblem(await ask(north, operation, { role: null }), 401, "unauthenticated", "signed out");
    const refused = ROLES.filter((role) => !roleCan(role, PERMISSION(operation) ?? ""));
    const isChange = operation.method !== "GET" && !PERMISSION(operation)?.endsWith(".read");
    if (isChange) expect(refused, "a viewer changes nothing").toContain("viewer");
    for (const role of refused) expectProblem(await ask(north, operation, { role }), 403, "forbidden", role);
  });
}

for (const operation of OF_WORKSPACES.filter(hasBody)) {
  test(`${operation.id}: a body that is broken or too large is refused`, async () => {
    expectProblem(await ask(north, operation, { rawBody: '{"name": ' }), 400, "bad_request", "broken JSON");
    expectProblem(await ask(north, operation, { rawBody: '["a", 1]' }), 400, "bad_request", "a list");
    const huge = JSON.stringify({ name: "x".repeat(10 * 1024 * 1024) });
    expectProblem(await ask(north, operation, { rawBody: huge }), 413, "too_large", "10 MiB");
  });
}

for (const operation of OF_WORKSPACES.filter(namesIds)) {
  test(`${operation.id}: foreign ids in the body tell nothing`, async () => {
    const foreignIds = { ...south.ids, registryId: south.ownRegistryId };
    const unknownIds = { ...UNKNOWN, registryId: newId("reg") };
    const foreign = await ask(north, operation, { body: bodyOf(operation, foreignIds, north.space) });
    const unknown = await ask(north, operation, { body: bodyOf(operation, unknownIds, north.space) });
    expect([404, 422], foreign.text).toContain(foreign.status);
    expect(foreign.problem, foreign.text).not.toBeNull();
    expect(foreign.status).toBe(unknown.status);
    expect(comparable(foreign, Object.values(foreignIds))).toBe(comparable(unknown, Object.values(unknownIds)));
  });
}

for (const operation of OF_PLATFORM.filter(({ method }) => method !== "GET")) {
  test(`${operation.id}: refused to whoever is not a platform admin, with all roles of their workspace`, async () => {
    expectProblem(await ask(north, operation, { role: null }), 401, "unauthenticated", "signed out");
    for (const role of ROLES) {
      const answer = await ask(north, operation, { role });
      expect([403, 404], `${role}: ${answer.text.slice(0, 200)}`).toContain(answer.status);
    }
  });
}

test("nothing of the other workspace was changed by all this", async () => {
  const { workspaceId, spaceId } = south.ids;
  const { items } = await south.tenant.admin.call(listBinEntries, { params: { workspaceId, spaceId } });
  expect(items.map((entry) => entry.state)).toEqual(["held", "held"]);
});

test("every operation does its work for an admin", async () => {
  const { admin } = south.tenant;
  const place = { workspaceId: south.ids.workspaceId, spaceId: south.ids.spaceId };
  const { items: entries } = await admin.call(listBinEntries, { params: place });
  // One entry to restore and one to purge; the rule that is deleted comes last.
  const bodies: Record<string, unknown> = {
    startRestore: { entryIds: [entries[0]?.id] },
    startPurge: { entryIds: [entries[1]?.id], typedName: south.space.prefix },
    testRegistry: { url: spare.url, auth: "none" },
    attachRegistry: { name: "one more", url: spare.url, auth: "none", isPlatformWide: false },
    bindSpace: { workspaceSlugs: [south.ids.readerSlug] },
  };
  // The space with all that happened in it is not removed, but an empty one.
  const { registryId } = south.space;
  const empty = await admin.call(createSpace, {
    params: place,
    body: { name: "south empty", registryId, prefix: "south-empty" },
  });
  const database = await openDatabase(stack.databaseUrl);
  const unrecorded: string[] = [];
  const foundNothing: string[] = [];
  const last = ["updateRule", "deleteRule", "updatePin", "deletePin", "detachRegistry", "confirmRun", "removeMember"];
  const own = OPERATIONS.filter((operation) => !OF_PLATFORM.includes(operation) || operation.id === "getReclaimSwitch");
  for (const operation of own.sort((a, b) => last.indexOf(a.id) - last.indexOf(b.id))) {
    const isRemoval = operation.id === "removeSpace";
    const isConfirmation = operation.id === "confirmRun";
    const answer = await ask(south, operation, {
      body: bodies[operation.id],
      ...(isRemoval ? { replaced: { spaceId: empty.id }, query: { typedName: empty.name } } : {}),
      ...(isConfirmation ? { replaced: { runId: await runThatWaits(south) } } : {}),
      // The stream of a run that is over ends by itself; that of a space says at once how it is.
      frames: operation.id === "watchRun" ? Number.POSITIVE_INFINITY : 1,
    });
    expect({ id: operation.id, status: answer.status }, answer.text.slice(0, 300)).toEqual({
      id: operation.id,
      status: NOTHING_THERE[operation.id] ?? operation.successStatus,
    });
    // Whatever changes something leaves its row in the audit log, with who did it and from where.
    const isChange = operation.method !== "GET" && !QUESTIONS.has(operation.id);
    if (isChange && answer.status < 400) {
      const [event] = await database.rows<{ action: string; address: string }>(
        "SELECT action, address FROM audit_events WHERE request_id = $1 AND outcome = 'done'",
        [answer.requestId],
      );
      if (event?.address !== "127.0.0.1") unrecorded.push(operation.id);
      if (event?.action.startsWith("done.")) foundNothing.push(operation.id);
    }
    if (operation.output === "stream") {
      expect(answer.contentType).toContain("text/event-stream");
      // `send` held them against the OpenAPI document.
      const frames = dataOfFrames(answer.text).map((text) => operation.response.parse(JSON.parse(text)));
      expect(frames.length, operation.id).toBeGreaterThan(0);
    } else if (operation.output === "file") expect(answer.contentType).toContain("text/csv");
    else if (answer.status < 400) operation.response.parse(JSON.parse(answer.text));
    // Its runs move what the later ones would meet.
    const isLifecycle = operation.id === "runLifecycle";
    const runs = isLifecycle ? (JSON.parse(answer.text) as { outcomes: { runId: string | null }[] }).outcomes : [];
    for (const { runId } of runs) if (runId) await admin.untilOver(place.workspaceId, runId);
    const started = /^(preview|start)[A-Z]/.test(operation.id) ? (JSON.parse(answer.text) as { id: string }).id : null;
    if (started) expect((await admin.untilOver(place.workspaceId, started)).status, operation.id).toBe("succeeded");
  }
  await database.close();
  // Whatever does something is recorded in its own transaction; afterwards only what found nothing to do: ended already, of that role already,
  // no such image.
  expect(foundNothing.sort()).toEqual(["cancelCrawl", "cancelRun", "changeRole", "createPins"]);
  expect(unrecorded, "changes without a row in the audit log, with the address that asked for them").toEqual([]);
});

test("R-01 every operation of the platform does its work for a platform admin, on record, and tells nothing of what is in workspaces", async () => {
  const root = await signIn(stack.url, stack.email, stack.password);
  const newcomer = { email: "nina@platform.example", name: "Nina" };
  const ids: Record<string, string> = { registryId: north.ownRegistryId };
  const remember = (name: string, value: unknown) => {
    ids[name] = String(value);
  };
  interface Step {
    body?: () => unknown;
    query?: () => Record<string, unknown>;
    /** what later steps need of its answer */
    keep?: (answer: never) => void;
  }
  // In the order in which they are done. What is missing here is found out below.
  const steps: Record<string, Step> = {
    createUser: { body: () => newcomer, keep: ({ user }: { user: { id: string } }) => remember("userId", user.id) },
    updateUser: { body: () => ({ name: "Nina New" }) },
    createPasswordLink: {},
    createWorkspace: {
      body: () => ({ name: "Platform test", slug: "platform-test", adminEmail: "nobody@platform.example" }),
      keep: ({ workspace }: { workspace: { id: string } }) => remember("workspaceId", workspace.id),
    },
    renameWorkspace: { body: () => ({ name: "Renamed" }) },
    appointAdmin: { body: () => ({ email: newcomer.email }) },
    setTagQuota: { body: () => ({ tagQuota: 4_000 }) },
    setGcEnablement: { body: () => ({ isEnabled: true }) },
    createPlatformRule: {
      body: () => ({ name: "Nobody's", definition: { ...takeTags("none-*"), effect: "protect" } }),
      keep: ({ id }: { id: string }) => remember("platformRuleId", id),
    },
    updatePlatformRule: { body: () => ({ revision: 1, name: "Still nobody's" }) },
    stopAllReclaims: { body: () => ({ reason: "a test looks" }) },
    getReclaimSwitch: {},
    allowReclaims: {},
    ...Object.fromEntries(OF_PLATFORM.filter(({ method }) => method === "GET").map(({ id }) => [id, {}])),
    deletePlatformRule: {},
    deleteWorkspace: { query: () => ({ typedName: "Renamed" }) },
  };
  expect(Object.keys(steps).sort()).toEqual(OF_PLATFORM.map(({ id }) => id).sort());
  const database = await openDatabase(stack.databaseUrl);
  const actors: Record<string, unknown> = {};
  for (const [id, { body, query, keep }] of Object.entries(steps)) {
    const operation = OF_PLATFORM.find((one) => one.id === id);
    if (!operation) throw new Error(`there is no ${id}`);
    const params = Object.fromEntries(parametersOf(operation).map((name) => [name, ids[name] ?? ""]));
    const answer = await send(stack.url, operation, { session: root, params, query: query?.() ?? {}, body: body?.() });
    expect({ id, status: answer.status }, answer.text.slice(0, 300)).toEqual({ id, status: operation.successStatus });
    if (operation.output === "json") keep?.(operation.response.parse(JSON.parse(answer.text)) as never);
    // Names of workspaces, registries and people are the platform's business; images are not. Its log names what people did, as the runs did it.
    const isLog = /audit/i.test(id);
    for (const { repository, digest } of isLog ? [] : [...north.space.images, ...south.space.images]) {
      expect(answer.text, id).not.toContain(repository);
      expect(answer.text, id).not.toContain(digest);
    }
    if (operation.method === "GET") continue;
    const [event] = await database.rows<{ actor: string; address: string }>(
      `SELECT u.email AS actor, e.address FROM audit_events e JOIN users u ON u.id = e.actor_id
       WHERE e.request_id = $1 AND e.outcome = 'done' AND e.action NOT LIKE 'done.%'`,
      [answer.requestId],
    );
    actors[id] = event;
  }
  await database.close();
  const expected = OF_PLATFORM.filter(({ method }) => method !== "GET").map(({ id }) => [
    id,
    { actor: stack.email, address: "127.0.0.1" },
  ]);
  expect(actors).toEqual(Object.fromEntries(expected));

  // A workspace that they are no member of is nothing to them.
  for (const operation of OF_WORKSPACES.filter(({ method }) => method === "GET")) {
    const names = parametersOf(operation);
    const params = Object.fromEntries(names.map((name) => [name, north.ids[name]]));
    const answer = await send(stack.url, operation, { session: root, params, query: queryOf(operation, north.space) });
    expectProblem(answer, 404, "not_found", `${operation.id} for a platform admin`);
  }
});

test("one workspace's rules never move another's images", async () => {
  const { workspaceId, spaceId } = north.ids;
  const { admin } = north.tenant;
  const definition = takeTags("**");
  const rule = await admin.call(createRule, { params: { workspaceId, spaceId }, body: { name: "all", definition } });
  const run = await admin.call(startReclaim, { params: { workspaceId, spaceId }, body: { ruleIds: [rule.id] } });
  expect((await admin.untilOver(workspaceId, run.id)).status).toBe("succeeded");
  const { items } = await admin.call(listBinEntries, { params: { workspaceId, spaceId }, query: { limit: 500 } });
  expect(items.length).toBeGreaterThan(2);
  for (const entry of items) expect(entry.repositoryName).toMatch(/^north\//);
});
