import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { markPolicy } from "@/server/gc/mark-policy";
import { createRun } from "@/server/history/create-run";
import { listRepositories } from "@/server/images/list-repositories";
import { systemScope, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { listGrants } from "@/server/registries/registry-grants.store";
import { listRules } from "@/server/rules/list-rules";
import { getWorkspace } from "@/server/workspaces/get-workspace";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestUser, scopeOf, type TestUser } from "@/testing/signed-in";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { bindSpace } from "./bind-space";
import { clearRemovedSpaces } from "./clear-removed-spaces";
import { createSpace } from "./create-space";
import { getSpace } from "./get-space";
import { listBindings } from "./list-bindings";
import { listSpaces } from "./list-spaces";
import { removeSpace } from "./remove-space";
import { requireReadableSpace } from "./require-readable-space";
import { requireSpace } from "./require-space";
import { unbindSpace } from "./unbind-space";
import { updateSpace } from "./update-space";

const NOT_FOUND = { code: "not_found" };
const DIGEST = `sha256:${"a".repeat(64)}`;

let database: TestDatabase;
let owner: TestTenant;
let reader: TestTenant;
let olga: TestUser;
let admin: WorkspaceScope;
let guest: TestUser;
let guestScope: WorkspaceScope;

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
  owner = await createTestTenant({ name: "owner" });
  reader = await createTestTenant({ name: "reader", registryId: owner.registryId });
  olga = await createTestUser("Olga");
  admin = await scopeOf(olga, owner.workspaceId);
  guest = await createTestUser("Gus");
  guestScope = await scopeOf(guest, reader.workspaceId, "editor");
});

const slugOf = async (tenant: TestTenant) =>
  (await prisma().workspace.findUniqueOrThrow({ where: { id: tenant.workspaceId } })).slug;
const bind = async (tenant: TestTenant, scope = admin) =>
  bindSpace(scope, { spaceId: owner.spaceId, workspaceSlugs: [await slugOf(tenant)] });
const visible = async (scope: WorkspaceScope) => (await listSpaces(scope, {})).items;
async function grants(user: TestUser) {
  const spaces = await prisma().space.findMany({ select: { prefix: true } });
  const prefixes = spaces.map(({ prefix }) => prefix);
  const granted = await listGrants(owner.registryId, { kind: "user", userId: user.id, token: null }, prefixes);
  return new Map(granted.map(({ prefix, role }) => [prefix, role]));
}

async function fill(tenant: TestTenant): Promise<void> {
  const { workspaceId, spaceId, registryId } = tenant;
  const name = `${(await requireSpace(tenant.scope, spaceId)).prefix}/app`;
  const row = { mediaType: "application/vnd.oci.image.manifest.v1+json", kind: "image", sizeBytes: 7 };
  await prisma().manifest.upsert({
    where: { registryId_digest: { registryId, digest: DIGEST } },
    create: { registryId, digest: DIGEST, ...row },
    update: {},
  });
  await prisma().repository.create({
    data: {
      ...{ id: newId("repo"), workspaceId, spaceId, registryId, name, imageCount: 1, tagCount: 1 },
      manifests: { create: { digest: DIGEST, registryId, pushedAt: new Date(), pushedAtSource: "event" } },
      tags: { create: { name: "v1", digest: DIGEST, pushedAt: new Date() } },
    },
  });
}

describe("K-30 a space that others may read", () => {
  test("K-33 is bound to several workspaces, named in its column, and taken away again", async () => {
    const third = await createTestTenant({ name: "third", registryId: owner.registryId });
    for (const tenant of [reader, third]) await scopeOf(olga, tenant.workspaceId, "viewer");
    expect((await listBindings(admin, owner)).bindable.map(({ name }) => name)).toEqual(["reader", "third"]);
    await bindSpace(admin, { spaceId: owner.spaceId, workspaceSlugs: [await slugOf(reader), await slugOf(third)] });
    expect(await getSpace(admin, owner)).toMatchObject({
      access: "owner",
      ownerName: null,
      boundTo: ["reader", "third"],
    });
    await bind(reader);
    const { items, bindable } = await listBindings(admin, owner);
    expect(items.map(({ name, createdByName }) => [name, createdByName])).toEqual([
      ["reader", "Olga"],
      ["third", "Olga"],
    ]);
    expect(bindable).toEqual([]);
    await unbindSpace(admin, { spaceId: owner.spaceId, readerSlug: await slugOf(reader) });
    expect((await getSpace(admin, owner)).boundTo).toEqual(["third"]);
    await expect(getSpace(guestScope, owner)).rejects.toMatchObject(NOT_FOUND);
    for (const readerSlug of [await slugOf(reader), "nobody"])
      await expect(unbindSpace(admin, { spaceId: owner.spaceId, readerSlug })).rejects.toMatchObject(NOT_FOUND);
    const audit = await prisma().auditEvent.findMany({
      where: { spaceId: owner.spaceId, resourceType: "space" },
      orderBy: { at: "asc" },
    });
    expect(audit.map((event) => event.action)).toEqual(["spaces.bind", "spaces.bind", "spaces.unbind"]);
  });

  test("K-34 is read in the other workspace under its owner's id, and nothing else of it is", async () => {
    await fill(owner);
    await scopeOf(olga, reader.workspaceId, "viewer");
    await expect(requireReadableSpace(guestScope, owner.spaceId)).rejects.toMatchObject(NOT_FOUND);
    await bind(reader);
    const bound = (await visible(guestScope)).find((space) => space.id === owner.spaceId);
    expect(bound).toMatchObject({ access: "reader", ownerName: "owner", boundTo: [], ruleCount: 0, binEntryCount: 0 });
    expect(await requireReadableSpace(guestScope, owner.spaceId)).toMatchObject({
      ...{ id: owner.spaceId, workspaceId: owner.workspaceId, registryId: owner.registryId, access: "reader" },
    });
    expect(await requireReadableSpace(admin, owner.spaceId)).toMatchObject({ access: "owner" });
    const own = await scopeOf(await createTestUser("Rita"), reader.workspaceId);
    for (const change of [
      () => updateSpace(own, { spaceId: owner.spaceId, name: "mine now" }),
      () => removeSpace(own, { spaceId: owner.spaceId, typedName: "owner" }),
      () => bindSpace(own, { spaceId: owner.spaceId, workspaceSlugs: ["anything"] }),
      () => listBindings(own, { spaceId: owner.spaceId }),
      () => listRules(own, { spaceId: owner.spaceId }),
      () => requireSpace(own, owner.spaceId),
    ])
      await expect(change()).rejects.toMatchObject(NOT_FOUND);
    // What is counted for a workspace is its own.
    expect(await getWorkspace(guestScope)).toMatchObject({ spaceCount: 1 });
  });

  test("K-34 gives members of a bound workspace pull, whatever their role there", async () => {
    expect(await grants(guest)).toEqual(new Map([["reader", "editor"]]));
    await scopeOf(olga, reader.workspaceId, "viewer");
    await bind(reader);
    expect(await grants(guest)).toEqual(
      new Map([
        ["reader", "editor"],
        ["owner", "viewer"],
      ]),
    );
    expect((await grants(olga)).get("owner")).toBe("admin");
    await unbindSpace(admin, { spaceId: owner.spaceId, readerSlug: await slugOf(reader) });
    expect(await grants(guest)).toEqual(new Map([["reader", "editor"]]));
  });

  test("K-30 is made public by a platform admin alone: everybody who signs in may pull and see it", async () => {
    await expect(updateSpace(admin, { spaceId: owner.spaceId, isPublic: true })).rejects.toMatchObject({
      code: "forbidden",
    });
    const paula = await scopeOf(await createTestUser("Paula", { isPlatformAdmin: true }), owner.workspaceId);
    expect(await updateSpace(paula, { spaceId: owner.spaceId, isPublic: true })).toMatchObject({ isPublic: true });
    expect((await grants(guest)).get("owner")).toBe("viewer");
    expect((await visible(guestScope)).map(({ name, access }) => [name, access])).toEqual([
      ["owner", "reader"],
      ["reader", "owner"],
    ]);
    await updateSpace(paula, { spaceId: owner.spaceId, isPublic: false });
    expect((await grants(guest)).get("owner")).toBeUndefined();
  });

  test("K-33 tells nobody of workspaces that they are not in; a platform admin binds to any", async () => {
    const closed = await bind(reader).catch((error: Error) => error);
    const unknown = await bindSpace(admin, { spaceId: owner.spaceId, workspaceSlugs: ["nobody"] }).catch(
      (error: Error) => error,
    );
    expect([closed, unknown]).toEqual([
      expect.objectContaining({ code: "unprocessable" }),
      expect.objectContaining({ code: "unprocessable" }),
    ]);
    expect(String(closed).replace(await slugOf(reader), "nobody")).toBe(String(unknown));
    expect((await listBindings(admin, owner)).bindable).toEqual([]);
    const paula = await scopeOf(await createTestUser("Paula", { isPlatformAdmin: true }), owner.workspaceId);
    expect((await listBindings(paula, owner)).bindable).toContainEqual({ slug: await slugOf(reader), name: "reader" });
    expect((await bind(reader, paula)).items.map(({ name }) => name)).toEqual(["reader"]);
    // Its own workspace is none of the others.
    await expect(bind(owner, paula)).rejects.toMatchObject({ code: "unprocessable" });
  });
});

describe("K-32 a space that is removed", () => {
  const remove = (typedName = "owner") => removeSpace(admin, { spaceId: owner.spaceId, typedName });

  test("K-32 needs its name typed, no run in progress and an empty bin", async () => {
    await expect(remove("ownr")).rejects.toMatchObject({ code: "bad_request" });
    const run = await createRun(admin, {
      kind: "purge",
      spaceId: owner.spaceId,
      registryId: owner.registryId,
      options: {},
    });
    await expect(remove()).rejects.toMatchObject({
      code: "unprocessable",
      detail: expect.stringContaining("run is in progress"),
    });
    await prisma().run.update({ where: { id: run.id }, data: { status: "succeeded", finishedAt: new Date() } });
    const entry = await prisma().binEntry.create({
      data: {
        ...{ id: newId("bin"), workspaceId: owner.workspaceId, spaceId: owner.spaceId, registryId: owner.registryId },
        ...{
          repositoryName: "owner/app",
          binRepositoryName: "recyclebin/x",
          digest: DIGEST,
          mediaType: "x",
          kind: "image",
        },
        ...{ state: "held", reason: {}, runId: run.id, actorName: "x", sizeBytes: 7n },
      },
    });
    await expect(remove()).rejects.toMatchObject({
      code: "unprocessable",
      detail: expect.stringContaining("recycle bin"),
    });
    await prisma().binEntry.update({ where: { id: entry.id }, data: { state: "purged" } });
    expect(await remove()).toEqual({ id: owner.spaceId });
    // What history names stays.
    expect(await prisma().run.count({ where: { spaceId: owner.spaceId } })).toBe(1);
    expect(await prisma().binEntry.count({ where: { spaceId: owner.spaceId } })).toBe(1);
    expect(
      (await prisma().auditEvent.findMany({ where: { spaceId: owner.spaceId, action: "spaces.remove" } })).length,
    ).toBe(1);
  });

  test("K-32 N-13 stays while a pin holds: who promised to keep an image ends that first", async () => {
    const row = { workspaceId: owner.workspaceId, spaceId: owner.spaceId, reason: "audit", ownerName: "Olga" };
    const pin = (digest: string, expiresAt: Date | null) =>
      prisma().pin.create({ data: { ...row, id: newId("pin"), repositoryName: "owner/app", digest, expiresAt } });
    const held = await pin(DIGEST, null);
    await pin(`sha256:${"b".repeat(64)}`, new Date(Date.now() - 1000));
    await expect(remove()).rejects.toMatchObject({
      code: "unprocessable",
      detail: expect.stringContaining("1 image is pinned in this space. Remove its pin first"),
    });
    await prisma().pin.delete({ where: { id: held.id } });
    expect(await remove()).toEqual({ id: owner.spaceId });
    expect(await prisma().pin.count({ where: { spaceId: owner.spaceId } })).toBe(0);
  });

  test("law 1: untagged manifests of a removed space are nobody's: no collection of another workspace takes them", async () => {
    const mayGo = async (workspaceId: string | null) =>
      [...((await markPolicy(owner.registryId, true, workspaceId)).collectedPrefixes ?? ["all"])].sort();
    expect(await mayGo(null)).toEqual(["owner", "reader"]);
    await remove();
    expect(await mayGo(reader.workspaceId)).toEqual(["reader"]);
    expect(await mayGo(owner.workspaceId)).toEqual([]);
    expect(await mayGo(null)).toEqual(["reader"]);
  });

  test("K-32 is gone everywhere, and its prefix and name can be had again", async () => {
    await fill(owner);
    await scopeOf(olga, reader.workspaceId, "viewer");
    await bind(reader);
    await remove();
    await expect(remove()).rejects.toMatchObject(NOT_FOUND);
    for (const scope of [admin, guestScope]) {
      expect((await visible(scope)).map(({ id }) => id)).not.toContain(owner.spaceId);
      for (const open of [
        () => getSpace(scope, owner),
        () => requireReadableSpace(scope, owner.spaceId),
        () => requireSpace(scope, owner.spaceId),
        () => listRepositories(scope, { spaceId: owner.spaceId, sort: "name", limit: 10 }),
      ])
        await expect(open()).rejects.toMatchObject(NOT_FOUND);
    }
    expect((await grants(olga)).get("owner")).toBeUndefined();
    expect((await grants(guest)).get("owner")).toBeUndefined();
    const start = createRun(admin, { kind: "gc", spaceId: owner.spaceId, registryId: owner.registryId, options: {} });
    await expect(start).rejects.toMatchObject(NOT_FOUND);
    // What the inventory had of it goes with the worker's watch: nobody waits for a million rows, and no successor is shown them.
    expect(await prisma().repository.count({ where: { spaceId: owner.spaceId } })).toBe(1);
    const again = await createSpace(admin, { name: "owner", registryId: owner.registryId, prefix: "owner" });
    expect(again).toMatchObject({ name: "owner", prefix: "owner", imageCount: 0 });
    expect(again.id).not.toBe(owner.spaceId);
    expect(await clearRemovedSpaces()).toBe(1);
    await fill({ ...owner, spaceId: again.id });
    expect(await getSpace(admin, { spaceId: again.id })).toMatchObject({ imageCount: 1, tagCount: 1 });
  });

  test("K-32 leaves a prefix that only its own workspace may take again, and whom a platform admin gives it to", async () => {
    await remove();
    const take = (scope: WorkspaceScope, prefix: string) =>
      createSpace(scope, { name: `again ${prefix}`, registryId: owner.registryId, prefix });
    const other = await scopeOf(guest, reader.workspaceId, "admin");
    for (const prefix of ["owner", "owner/web"]) {
      const refusal = await take(other, prefix).catch((error: { code: string; detail: string }) => error);
      expect(refusal).toMatchObject({ code: "forbidden", detail: expect.stringContaining("was in use before") });
      expect(JSON.stringify(refusal)).not.toContain(owner.workspaceId);
    }
    expect(await take(other, "owner-labs")).toMatchObject({ prefix: "owner-labs" });
    expect(await take(admin, "owner/web")).toMatchObject({ prefix: "owner/web" });
    const paula = await scopeOf(await createTestUser("Paula", { isPlatformAdmin: true }), reader.workspaceId);
    expect(await take(paula, "owner/api")).toMatchObject({ prefix: "owner/api" });
  });

  test("K-32 and the start of a run exclude each other", async () => {
    const system = systemScope(owner.workspaceId, { name: "a test" });
    for (let round = 0; round < 8; round++) {
      const space = await createSpace(admin, {
        name: `r${round}`,
        registryId: owner.registryId,
        prefix: `race-${round}`,
      });
      const results = await Promise.allSettled([
        removeSpace(admin, { spaceId: space.id, typedName: space.name }),
        createRun(system, { kind: "restore", spaceId: space.id, registryId: owner.registryId, options: {} }),
      ]);
      expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    }
  });

  test("K-32 what an interrupted removal left is cleared by the worker", async () => {
    await fill(owner);
    await prisma().space.update({ where: { id: owner.spaceId }, data: { removedAt: new Date() } });
    expect(await clearRemovedSpaces()).toBe(1);
    expect(await clearRemovedSpaces()).toBe(0);
    expect(await prisma().tag.count({ where: { workspaceId: owner.workspaceId } })).toBe(0);
  });
});
