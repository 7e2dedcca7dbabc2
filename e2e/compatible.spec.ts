import { expect, test } from "@playwright/test";
import { getGcSchedule, setGcEnablement } from "@/contracts/gc-settings";
import { listImages } from "@/contracts/images";
import { listBinEntries } from "@/contracts/recycle-bin";
import { syncSpace } from "@/contracts/spaces";
import { createMyToken, createWorkspaceToken } from "@/contracts/tokens";
import type { Role } from "@/domain/access/permissions";
import { skopeoCopy, skopeoPull } from "@/testing/skopeo";
import { StorageTree } from "@/testing/storage/storage-tree";
import { until } from "@/testing/until";
import { apiOf } from "./support/api";
import { type Database, openDatabase } from "./support/database";
import { curl, doctl, doctlPages } from "./support/doctl";
import type { EndToEndStack } from "./support/stack";
import { createFilledSpace, createTenant, firstWorkspace, type Tenant, type TenantSpace } from "./support/tenants";
import { NO_GRACE, openStack, STEADY_TIMES } from "./support/with-stack";

/** Each command of facts that other systems' command lines send, over HTTP, exactly as they send it. */
test.describe.configure({ mode: "serial" });

let stack: EndToEndStack;
let database: Database;
let east: Tenant;
let west: Tenant;
let space: TenantSpace;
/** Personal tokens of east's people, each with their whole role. */
let tokens: Record<Role, string>;
let stranger: string;
let digest: string;

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const NESTED = "team/web";
const GC = "/v2/registry/east/garbage-collection";

test.beforeAll(async () => {
  stack = await openStack("compatible", { isDemo: false, environment: { ...STEADY_TIMES, ...NO_GRACE } });
  database = await openDatabase(stack.databaseUrl);
  [east, west] = [await createTenant(stack, "east"), await createTenant(stack, "west")];
  space = await fill(east, "east");
  await fill(west, "west");
  tokens = {
    admin: await tokenOf(east, "admin"),
    editor: await tokenOf(east, "editor"),
    viewer: await tokenOf(east, "viewer"),
  };
  stranger = await tokenOf(west, "admin");
  const { api } = await firstWorkspace(stack);
  await api.call(setGcEnablement, { params: { registryId: space.registryId }, body: { isEnabled: true } });
  digest = await pushNested("v1", "v2", "latest");
});
test.afterAll(async () => {
  await database?.close();
  await stack?.stop();
});

async function fill({ workspaceId, admin, members }: Tenant, prefix: string): Promise<TenantSpace> {
  const tenant = { workspaceId, api: admin, session: members.admin };
  return createFilledSpace(stack, tenant, { prefix, repositories: 2, imagesPerRepository: 3 });
}

async function tokenOf({ members }: Tenant, role: Role): Promise<string> {
  const body = { name: `${role} of the tests`, role } as const;
  return (await apiOf(stack.url, members[role]).call(createMyToken, { body })).secret;
}

const place = () => ({ workspaceId: east.workspaceId, spaceId: space.spaceId });

/** One image of a repository whose name has a slash, under these tags; answers when the inventory has them. */
async function pushNested(...tags: string[]): Promise<string> {
  const [image] = space.images;
  if (!image) throw new Error("nothing was pushed");
  const { email: username, password } = east.members.admin;
  const at = (repository: string, reference: string) => ({
    ...{ registryUrl: stack.registryUrl, repository, reference, username, password },
  });
  for (const tag of tags) {
    const copied = await skopeoCopy(at(image.repository, image.digest), at(`east/${NESTED}`, tag));
    expect(copied.error).toBeNull();
  }
  await east.admin.call(syncSpace, { params: place() });
  return until("the inventory has the new tags", async () => {
    const { items } = await east.admin.call(listImages, { params: place(), query: { repository: `east/${NESTED}` } });
    const found = items.find((one) => tags.every((tag) => one.tags.includes(tag)));
    return found?.digest;
  });
}

test("D-26 `doctl registry get` and `doctl registries list`: what a token may see, under the names of its spaces", async () => {
  const { status, body } = await doctl(stack, tokens.viewer, "GET", "/v2/registry");
  expect(status).toBe(200);
  expect(body.registry).toEqual({
    name: "east",
    region: new URL(stack.registryUrl).host,
    created_at: expect.stringMatching(TIME),
    storage_usage_bytes: expect.any(Number),
    storage_usage_bytes_updated_at: expect.stringMatching(TIME),
  });
  const all = await doctl(stack, tokens.viewer, "GET", "/v2/registries");
  expect(all.body).toMatchObject({ registries: [{ name: "east" }], total_storage_usage_bytes: expect.any(Number) });
  expect(all.body.registries).toHaveLength(1);
  for (const family of ["registry", "registries"])
    expect((await doctl(stack, tokens.viewer, "GET", `/v2/${family}/east`)).body.registry.name).toBe("east");
});

test("D-26 no token, a wrong one, a session's cookie: 401; another workspace's registry is as unknown as one that does not exist", async () => {
  for (const token of [null, "nonsense", `${tokens.admin}x`]) {
    const { status, body } = await doctl(stack, token, "GET", "/v2/registry");
    expect(status).toBe(401);
    expect(body).toEqual({
      id: "unauthorized",
      message: expect.any(String),
      request_id: expect.stringMatching(/^req_/),
    });
  }
  const cookie = await fetch(`${stack.url}/v2/registry`, { headers: east.members.admin.headers });
  expect(cookie.status).toBe(401);
  for (const path of ["", "/garbage-collection", "/garbage-collections", "/repositoriesV2", "/docker-credentials"]) {
    const [foreign, unknown] = [
      await doctl(stack, stranger, "GET", `/v2/registries/east${path}`),
      await doctl(stack, stranger, "GET", `/v2/registries/nowhere${path}`),
    ];
    expect([foreign.status, foreign.body.id, foreign.body.message]).toEqual([404, "not_found", unknown.body.message]);
    expect(unknown.status).toBe(404);
  }
  for (const path of ["/repositories/a%00b/tags", "/repositories/a/tags/b", "/nothing", "/repositories/a/tags/b/c"])
    expect((await doctl(stack, tokens.admin, "GET", `/v2/registry/east${path}`)).status, path).toBe(404);
});

test("`doctl registry repository list-v2` and `list`: names below the registry, page by page as the client follows them", async () => {
  for (const family of ["registry", "registries"]) {
    const { rows, total } = await doctlPages(stack, tokens.viewer, `/v2/${family}/east/repositoriesV2`, "repositories");
    expect(total).toBe(3);
    expect(rows.map(({ name }) => name)).toEqual(["app-0", "app-1", NESTED]);
    expect(rows[2]).toEqual({
      ...{ registry_name: "east", name: NESTED, tag_count: 3, manifest_count: 1 },
      latest_manifest: {
        ...{ registry_name: "east", repository: NESTED, digest, tags: ["latest", "v1", "v2"] },
        ...{ compressed_size_bytes: expect.any(Number), size_bytes: expect.any(Number) },
        updated_at: expect.stringMatching(TIME),
      },
    });
  }
  const small = await doctlPages(stack, tokens.viewer, "/v2/registry/east/repositoriesV2", "repositories", 1);
  expect([small.pages, small.rows.length, small.total]).toEqual([3, 3, 3]);
  const beyond = await doctl(stack, tokens.viewer, "GET", "/v2/registry/east/repositoriesV2?page=9&per_page=2");
  expect(beyond.body).toMatchObject({ repositories: [], meta: { total: 3 } });
  const old = await doctlPages(stack, tokens.viewer, "/v2/registry/east/repositories", "repositories");
  expect(old.rows[2]).toMatchObject({ name: NESTED, latest_tag: { tag: "v2", manifest_digest: digest } });
});

test("`doctl registry repository list-tags` and `list-manifests` of a name with a slash, which the client escapes", async () => {
  const below = `/v2/registry/east/repositories/${encodeURIComponent(NESTED)}`;
  const tags = await doctlPages(stack, tokens.viewer, `${below}/tags`, "tags", 2);
  expect([tags.pages, tags.total]).toEqual([2, 3]);
  expect(tags.rows.map(({ tag }) => tag)).toEqual(["latest", "v1", "v2"]);
  expect(tags.rows[0]).toEqual({
    ...{ registry_name: "east", repository: NESTED, tag: "latest", manifest_digest: digest },
    ...{ compressed_size_bytes: expect.any(Number), size_bytes: expect.any(Number) },
    updated_at: expect.stringMatching(TIME),
  });
  const { rows } = await doctlPages(stack, tokens.viewer, `${below}/digests`, "manifests");
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ registry_name: "east", repository: NESTED, digest, tags: ["latest", "v1", "v2"] });
  const blobs = rows[0]?.blobs as { digest: string; compressed_size_bytes: number }[];
  expect(blobs.length).toBeGreaterThan(1);
  for (const blob of blobs)
    expect(blob).toEqual({ digest: expect.stringMatching(DIGEST), compressed_size_bytes: expect.any(Number) });
  expect((await doctl(stack, tokens.viewer, "GET", "/v2/registry/east/repositories/none/tags")).status).toBe(404);
});

test("`doctl registry repository delete-tag` takes one tag; `delete-manifest` moves the image to the recycle bin", async () => {
  const below = `/v2/registry/east/repositories/${encodeURIComponent(NESTED)}`;
  expect((await doctl(stack, tokens.viewer, "DELETE", `${below}/tags/v1`)).status).toBe(403);
  expect((await doctl(stack, stranger, "DELETE", `${below}/tags/v1`)).status).toBe(404);
  expect(await doctl(stack, tokens.editor, "DELETE", `${below}/tags/v1`)).toMatchObject({ status: 204, body: null });
  expect((await doctl(stack, tokens.editor, "DELETE", `${below}/tags/v1`)).status).toBe(404);
  const { rows } = await doctlPages(stack, tokens.viewer, `${below}/tags`, "tags");
  expect(rows.map(({ tag }) => tag)).toEqual(["latest", "v2"]);
  const unknown = `sha256:${"0".repeat(64)}`;
  expect((await doctl(stack, tokens.editor, "DELETE", `${below}/digests/${unknown}`)).status).toBe(404);
  expect((await doctl(stack, tokens.editor, "DELETE", `${below}/digests/v2`)).status, "a tag is no digest").toBe(404);
  expect((await doctl(stack, tokens.viewer, "DELETE", `${below}/digests/${digest}`)).status).toBe(403);
  expect((await doctl(stack, tokens.editor, "DELETE", `${below}/digests/${digest}`)).status).toBe(204);
  const { items } = await east.admin.call(listBinEntries, { params: place() });
  expect(items).toMatchObject([{ state: "held", repositoryName: `east/${NESTED}`, digest }]);
  expect(items[0]?.tags.toSorted()).toEqual(["latest", "v2"]);
});

test("`doctl registry docker-config`: credentials of their own, to pull or to push, for as long as was said", async () => {
  const [image] = space.images;
  if (!image) throw new Error("nothing was pushed");
  const host = new URL(stack.registryUrl).host;
  const credentials = async (token: string, path: string) => {
    const { status, body } = await doctl(stack, token, "GET", path);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(Object.keys(body.auths)).toEqual([host]);
    const [username, password, ...more] = Buffer.from(body.auths[host].auth, "base64").toString().split(":");
    expect(more).toEqual([]);
    expect(Object.values(tokens)).not.toContain(password);
    return { registryUrl: stack.registryUrl, username: username ?? "", password: password ?? "" };
  };
  const reader = await credentials(tokens.admin, "/v2/registry/docker-credentials?read_write=false");
  const writer = await credentials(
    tokens.admin,
    "/v2/registries/east/docker-credentials?expiry_seconds=600&read_write=true",
  );
  const at = (who: typeof reader, reference: string) => ({ ...who, repository: "east/pushed", reference });
  const from = { ...reader, repository: image.repository, reference: image.digest };
  expect((await skopeoPull(from)).ok).toBe(true);
  expect((await skopeoCopy(from, at(reader, "no"))).ok, "it may only pull").toBe(false);
  expect((await skopeoCopy(from, at(writer, "yes"))).error).toBeNull();
  expect((await skopeoPull({ ...writer, repository: "west/app-0", reference: "v0" })).ok).toBe(false);
  const [row] = await database.rows<{ seconds: number }>(
    "SELECT extract(epoch FROM expires_at - created_at)::float8 AS seconds FROM api_tokens WHERE name = 'docker-config for east' AND role = 'editor'",
  );
  expect(Math.abs((row?.seconds ?? 0) - 600)).toBeLessThan(5);
  expect((await doctl(stack, tokens.viewer, "GET", "/v2/registry/docker-credentials?read_write=true")).status).toBe(
    403,
  );
  expect((await doctl(stack, tokens.admin, "GET", "/v2/registry/docker-credentials?expiry_seconds=-1")).status).toBe(
    400,
  );
});

test("D-27 D-28 D-30 D-31 D-40 D-44 R-18 `garbage-collection start`, `get-active`, `cancel`: its uuid, its state, one at a time, pushes told why", async () => {
  await database.rows("UPDATE registries SET last_write_token_expires_at = now() + interval '10 minutes'");
  const start = (token: string, body?: unknown) => doctl(stack, token, "POST", GC, body);
  expect((await doctl(stack, tokens.admin, "GET", GC)).body).toMatchObject({ id: "not_found" });
  expect((await start(tokens.editor, { type: "unreferenced blobs only" })).status).toBe(403);
  // A collection is about the whole registry: a token of one space may not, by either way.
  const { secret: narrow } = await east.admin.call(createWorkspaceToken, {
    params: { workspaceId: east.workspaceId },
    body: { name: "one space", role: "admin", spaceIds: [space.spaceId] },
  });
  expect((await start(narrow, { type: "unreferenced blobs only" })).status).toBe(403);
  const job = await curl(stack, { email: "ci", password: narrow }, "POST", JOBS, '{"job":"registryGC"}');
  expect(job.status).toBe(403);
  expect((await start(tokens.admin, { type: "everything" })).status).toBe(400);
  const started = await start(tokens.admin, { type: "unreferenced blobs only" });
  expect(started.status).toBe(201);
  const { uuid } = started.body.garbage_collection;
  expect(started.body.garbage_collection).toEqual({
    ...{ uuid: expect.any(String), registry_name: "east", status: "requested", type: "unreferenced blobs only" },
    ...{ created_at: expect.stringMatching(TIME), updated_at: expect.stringMatching(TIME) },
    ...{ blobs_deleted: 0, freed_bytes: 0 },
  });
  const again = await start(tokens.admin, { type: "unreferenced blobs only" });
  expect(again).toMatchObject({ status: 409, body: { id: "conflict" } });
  expect(again.body.message).toContain("running already");
  await until("it waits for those who may still push", async () => {
    const { body } = await doctl(stack, tokens.viewer, "GET", GC);
    return body.garbage_collection.status === "waiting for write JWTs to expire";
  });
  const { email: username, password } = east.members.admin;
  const own = { registryUrl: stack.registryUrl, username, password };
  const from = { ...own, repository: "east/app-0", reference: "v0" };
  const refused = await skopeoCopy(from, { ...own, repository: "east/app-0", reference: "during" });
  expect(refused.error).toMatch(/garbage collection|collected/i);
  expect((await skopeoPull(from)).ok, "pulls are served").toBe(true);

  const cancel = (token: string, id: string, body: unknown) => doctl(stack, token, "PUT", `${GC}/${id}`, body);
  expect((await cancel(tokens.viewer, uuid, { cancel: true })).status).toBe(403);
  expect((await cancel(stranger, uuid, { cancel: true })).status).toBe(404);
  expect((await cancel(tokens.admin, "run_unknown", { cancel: true })).status).toBe(404);
  expect((await cancel(tokens.admin, uuid, { cancel: false })).status).toBe(400);
  const cancelled = await cancel(tokens.admin, uuid, { cancel: true });
  expect(cancelled.status).toBe(200);
  expect(["cancelling", "cancelled"]).toContain(cancelled.body.garbage_collection.status);
  await until("none is active", async () => (await doctl(stack, tokens.admin, "GET", GC)).status === 404);
  await database.rows("UPDATE registries SET last_write_token_expires_at = now()");
});

test("D-29 D-32 D-41 D-42 D-43 `--include-untagged-manifests`, `list`: what was deleted and freed, in the documented order, and pushes again", async () => {
  const tree = new StorageTree(stack.storageRoot);
  const orphans = Array.from({ length: 5 }, (_, i) => tree.blob(`nobody needs this ${i}`));
  const { body } = await doctl(stack, tokens.admin, "POST", "/v2/registries/east/garbage-collection", {
    type: "untagged manifests and unreferenced blobs",
  });
  const { uuid } = body.garbage_collection;
  const list = async () => {
    const { rows } = await doctlPages(stack, tokens.viewer, `${GC}s`, "garbage_collections", 1);
    return rows as { uuid: string; status: string; type: string; blobs_deleted: number; freed_bytes: number }[];
  };
  await until("it is done", async () => (await list())[0]?.status === "succeeded", {
    timeoutMs: 90_000,
    lastSeen: () => uuid,
  });
  const all = await list();
  expect(
    all.map(({ status }) => status),
    "the newest first",
  ).toEqual(["succeeded", "cancelled"]);
  expect(all[0]).toMatchObject({ uuid, type: "untagged manifests and unreferenced blobs" });
  expect(all[0]?.blobs_deleted).toBeGreaterThanOrEqual(orphans.length);
  expect(all[0]?.freed_bytes).toBeGreaterThan(0);
  expect(orphans.filter((blob) => tree.hasBlob(blob))).toEqual([]);
  const events = await database.rows<{ data: { phase?: string } }>(
    "SELECT data FROM run_events WHERE run_id = $1 AND data ? 'phase' ORDER BY sequence",
    [uuid],
  );
  const phases = events.flatMap(({ data }) => data.phase ?? []);
  expect(phases.filter((phase) => ["waiting_for_writers", "marking", "sweeping"].includes(phase))).toEqual([
    "waiting_for_writers",
    "marking",
    "sweeping",
  ]);
  const { email: username, password } = east.members.admin;
  const own = { registryUrl: stack.registryUrl, username, password };
  const from = { ...own, repository: "east/app-0", reference: "v0" };
  expect((await skopeoCopy(from, { ...own, repository: "east/app-0", reference: "after" })).error).toBeNull();
  // An older client sends no body at all.
  const bare = await doctl(stack, tokens.admin, "POST", GC);
  expect(bare).toMatchObject({ status: 201, body: { garbage_collection: { type: "unreferenced blobs only" } } });
  await until("it is over", async () => (await doctl(stack, tokens.admin, "GET", GC)).status === 404, {
    timeoutMs: 60_000,
  });
});

test("R-07 a workspace's own token, as any user's password, moves an image to the bin by the old DELETE line", async () => {
  const { secret } = await east.admin.call(createWorkspaceToken, {
    params: { workspaceId: east.workspaceId },
    body: { name: "ci", role: "editor", spaceIds: [space.spaceId] },
  });
  const line = "/api/v0/repositories/east/app-1/manifests/v1";
  const reader = { email: "ci", password: tokens.viewer };
  expect((await curl(stack, reader, "DELETE", line)).status).toBe(403);
  const { status, body } = await curl(stack, { email: "ci", password: `${secret}x` }, "DELETE", line);
  expect([status, body.errors[0].code]).toEqual([401, "UNAUTHENTICATED"]);
  expect((await curl(stack, { email: "ci", password: secret }, "DELETE", line)).status).toBe(204);
  expect((await curl(stack, { email: "ci", password: secret }, "DELETE", line)).status).toBe(404);
});

const JOBS = "/api/v0/admin/jobs";
const SETTINGS = "/api/v0/admin/settings/registry/garbageCollection";

test("R-10 R-11 R-12 R-19 `registryGC` collects now, one at a time, and `lastSavings` says what the last one freed", async () => {
  const tree = new StorageTree(stack.storageRoot);
  const orphan = tree.blob("found by the job: no manifest names it");
  const { admin, editor, viewer } = east.members;
  const line = '{"job":"registryGC"}';
  expect((await curl(stack, null, "POST", JOBS, line)).headers.get("www-authenticate")).toMatch(/^Basic/);
  expect((await curl(stack, editor, "POST", JOBS, line)).status).toBe(403);
  expect((await curl(stack, admin, "POST", JOBS, '{"job":"other"}')).status).toBe(400);
  const { status, body } = await curl(stack, admin, "POST", JOBS, line);
  expect(status).toBe(202);
  expect(body.jobs).toMatchObject([{ id: expect.any(String), action: "registryGC" }]);
  expect(body.jobs).toHaveLength(1);
  expect((await curl(stack, admin, "POST", JOBS, line)).status).toBe(409);
  const run = await east.admin.untilOver(east.workspaceId, body.jobs[0].id);
  expect(run.status).toBe("succeeded");
  expect(tree.hasBlob(orphan)).toBe(false);
  const savings = await curl(stack, viewer, "GET", `${SETTINGS}/lastSavings`);
  expect(savings).toMatchObject({
    status: 200,
    body: { lastSavings: run.totals.freedBytes, finishedAt: run.finishedAt, jobId: run.id },
  });
  expect(savings.body.lastSavings).toBeGreaterThan(0);
  expect((await curl(stack, west.members.admin, "GET", `${SETTINGS}/lastSavings`)).body).toMatchObject({
    lastSavings: 0,
  });
});

test("R-11 R-13 R-14 R-17 the old schedule line: six fields with names, five too, the parser's reason, and none", async () => {
  const { admin, editor } = east.members;
  const set = (who: typeof admin, schedule: unknown) =>
    curl(stack, who, "POST", `${SETTINGS}/schedule`, JSON.stringify({ schedule }));
  const params = { workspaceId: east.workspaceId, registryId: space.registryId };
  const saved = async () => (await east.admin.call(getGcSchedule, { params })).schedule;
  expect((await set(editor, "0 0 3 * * SAT")).status).toBe(403);
  expect((await set(admin, "0 0 3 * * SAT")).status).toBe(200);
  expect(await saved()).toMatchObject({ expression: "0 0 3 * * SAT", timeZone: "UTC", isEnabled: true });
  expect((await set(admin, "30 2 * * SUN")).status).toBe(200);
  expect(await saved()).toMatchObject({ expression: "30 2 * * SUN", revision: 2 });
  const wrong = await set(admin, "99 99 * * *");
  expect(wrong.status).toBe(400);
  expect(wrong.body.errors[0].message).toMatch(/cron|99/);
  expect((await set(admin, 5)).status).toBe(400);
  expect(await saved(), "what is wrong changes nothing").toMatchObject({ expression: "30 2 * * SUN" });
  expect((await set(admin, "")).status).toBe(200);
  expect(await saved()).toBeNull();
});
