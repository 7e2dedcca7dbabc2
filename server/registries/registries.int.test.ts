import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RegistryDto, RegistryReportDto } from "@/contracts/registries";
import { buildImage, buildLayer } from "@/scripts/demo/oci-image";
import { createImagePusher } from "@/scripts/demo/push-image";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { decryptSecret, encryptSecret } from "@/server/platform/crypto/secret-box";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { createSpace } from "@/server/spaces/create-space";
import { removeSpace } from "@/server/spaces/remove-space";
import { BASIC_ACCOUNT, type BasicRegistry, startBasicRegistry } from "@/testing/basic-registry";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { createTestUser, scopeOf } from "@/testing/signed-in";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { attachRegistry } from "./attach-registry";
import { checkDueRegistries } from "./check-due-registries";
import { checkRegistry } from "./check-registry";
import { detachRegistry } from "./detach-registry";
import { listRegistries } from "./list-registries";
import { openRegistryById } from "./open-registry-by-id";
import { testRegistry } from "./test-registry";
import { updateRegistry } from "./update-registry";
import type { ConnectionInput } from "./wanted-connection";

const { username, password } = BASIC_ACCOUNT;
const CONSOLE_URL = "http://127.0.0.1:7400";

let database: TestDatabase;
let open: TestRegistry;
let basic: BasicRegistry;
let tenant: TestTenant;
let admin: WorkspaceScope;
let platform: WorkspaceScope;
const folders: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  useEnv({});
  [open, basic] = await Promise.all([startTestRegistry(), startBasicRegistry({ canDelete: false })]);
  await push(open.url, null, "team/app");
  await push(basic.url, BASIC_ACCOUNT, "team/app");
});
afterAll(async () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await closeQueues();
  await disconnectPrisma();
  await Promise.all([open?.stop(), basic?.stop()]);
  await database.drop();
});
beforeEach(async () => {
  useEnv({});
  tenant = await createTestTenant({ registryUrl: `http://127.0.0.1:1/${Math.random()}` });
  admin = await scopeOf(await createTestUser("Wanda"), tenant.workspaceId);
  platform = await scopeOf(await createTestUser("Paula", { isPlatformAdmin: true }), tenant.workspaceId);
});
afterEach(async () => {
  await prisma().registry.updateMany({ where: { detachedAt: null }, data: { detachedAt: new Date() } });
});

function useEnv(more: Record<string, string>): void {
  setConsoleEnv({
    databaseUrl: database.url,
    redisUrl: testRedisUrl(),
    RECLAIM_URL: CONSOLE_URL,
    RECLAIM_ALLOW_PRIVATE_REGISTRIES: "false",
    ...more,
  });
}

async function push(registryUrl: string, account: { username: string; password: string } | null, repository: string) {
  const pusher = createImagePusher({
    registryUrl,
    username: account?.username ?? null,
    password: account?.password ?? null,
  });
  const layers = [await buildLayer(`${registryUrl} ${repository}`, [{ path: "app", sizeBytes: 2000 }])];
  const platformOf = { os: "linux", architecture: "amd64" };
  await pusher.push(repository, buildImage({ layers, platform: platformOf, createdAt: new Date(0), labels: {} }), "v1");
  pusher.close();
}

const wanted = (more: Partial<ConnectionInput> = {}): ConnectionInput => ({
  ...{ kind: "distribution", url: basic.url, auth: "basic", username, password, isPlatformWide: true },
  ...more,
});
const attach = (more: Partial<ConnectionInput> = {}, scope = platform) =>
  attachRegistry(scope, { name: "theirs", ...wanted(more) });
const stateOf = (report: RegistryReportDto, check: string) =>
  report.findings.find((finding) => finding.check === check)?.state;
const bad = (report: RegistryReportDto) => report.findings.filter((finding) => finding.state === "bad");
const listed = async (scope: WorkspaceScope, id: string): Promise<RegistryDto | undefined> =>
  (await listRegistries(scope)).items.find((registry) => registry.id === id);

/** A server that answers every request alike; `seen` are the requests. */
async function answering(
  status: number,
  headers: Record<string, string>,
): Promise<{ url: string; seen: http.IncomingMessage[]; stop(): Promise<void> }> {
  const seen: http.IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request);
    response.writeHead(status, headers).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, stop };
}
const API = { "docker-distribution-api-version": "registry/2.0" };

describe("K-35 the test of a registry", () => {
  test("K-35 says what a registry is and can do", async () => {
    const report = await testRegistry(platform, wanted({ url: open.url, auth: "none" }));
    expect(report.isAttachable).toBe(true);
    expect(["2.8", "3.x"]).toContain(report.version);
    for (const check of ["address", "answer", "version", "credentials", "catalogue", "deletion", "tagDeletion"])
      expect(stateOf(report, check), check).toBe("good");
    // Nobody keeps its writers out, and its storage was not named.
    expect(stateOf(report, "tokens")).toBe("warning");
    expect(stateOf(report, "storage")).toBe("warning");
    expect(report.latencyMs).toBeGreaterThanOrEqual(0);
  });

  test("K-39 proves credentials, and says that deletion is off", async () => {
    const good = await testRegistry(platform, wanted());
    expect(good.isAttachable).toBe(true);
    expect(stateOf(good, "credentials")).toBe("good");
    const deletion = good.findings.find((finding) => finding.check === "deletion");
    expect(deletion).toMatchObject({ state: "warning", advice: expect.stringContaining("storage.delete.enabled") });

    for (const wrong of [
      { password: "wrong horse" },
      { username: "nobody" },
      { password: "" },
      { auth: "none" as const },
    ]) {
      const report = await testRegistry(platform, wanted(wrong));
      expect(report.isAttachable).toBe(false);
      expect(bad(report).map((finding) => finding.check)).toEqual(["credentials"]);
      expect(JSON.stringify(report)).not.toContain("horse");
    }
    const open401 = await testRegistry(platform, wanted({ url: open.url }));
    expect(open401).toMatchObject({ isAttachable: true });
    expect(stateOf(open401, "credentials")).toBe("warning");
  });

  test("K-16 K-35 tells what is no registry from one, and what answers not at all", async () => {
    const cases: [number, Record<string, string>, RegExp][] = [
      [200, {}, /no Distribution registry/],
      [302, { ...API, location: "https://elsewhere.example/v2/" }, /redirects to https:\/\/elsewhere.example/],
      [302, { ...API, location: "/login" }, /web site answers here/],
      [503, API, /503/],
      [
        401,
        { ...API, "www-authenticate": 'Bearer realm="https://h.example/service/token",service="harbor-registry"' },
        /Harbor/,
      ],
      [
        401,
        { ...API, "www-authenticate": `Bearer realm="${CONSOLE_URL}/api/registry/token",service="x"` },
        /tokens from this console/,
      ],
      [
        401,
        { ...API, "www-authenticate": 'Bearer realm="https://x.example/t",service="reclaim-registry"' },
        /tokens from this console/,
      ],
    ];
    for (const [status, headers, text] of cases) {
      const server = await answering(status, headers);
      const report = await testRegistry(platform, wanted({ url: server.url }));
      await server.stop();
      expect(report.isAttachable, String(text)).toBe(false);
      expect(bad(report)[0]?.text).toMatch(text);
      // Whoever is not a registry is not given the password.
      expect(server.seen.every((request) => request.headers.authorization === undefined)).toBe(true);
    }
    const nobody = await testRegistry(platform, wanted({ url: "http://127.0.0.1:1" }));
    expect(bad(nobody)[0]?.text).toBe("Nothing answers at 127.0.0.1:1.");
    const unknown = await testRegistry(platform, wanted({ url: "http://registry.invalid" }));
    expect(bad(unknown)[0]?.text).toMatch(/registry\.invalid/);
    const harbor = await testRegistry(platform, wanted({ kind: "harbor" }));
    expect(bad(harbor)[0]?.text).toMatch(/later version/);
  });

  test("K-35 a tenant's test goes into no private network, nor where a name, a redirect or a token server leads there", async () => {
    for (const url of [
      basic.url,
      basic.url.replace("127.0.0.1", "localhost"),
      "http://[::1]:5000",
      "http://10.0.0.1",
    ]) {
      const report = await testRegistry(admin, wanted({ url, isPlatformWide: false }));
      expect(
        bad(report).map((finding) => finding.check),
        url,
      ).toEqual(["address"]);
      expect(bad(report)[0]?.text).toContain("private network");
    }
    for (const url of ["http://169.254.169.254", "http://[fe80::1]", "http://[fd00:ec2::254]", "http://0.0.0.0:5000"]) {
      const report = await testRegistry(platform, wanted({ url }));
      expect(
        bad(report).map((finding) => finding.check),
        url,
      ).toEqual(["address"]);
    }
    const leading = await answering(401, {
      ...API,
      "www-authenticate": 'Bearer realm="http://169.254.169.254/t",service="x"',
    });
    const report = await testRegistry(platform, wanted({ url: leading.url }));
    await leading.stop();
    expect(bad(report)[0]).toMatchObject({ check: "credentials", text: expect.stringContaining("link-local") });

    useEnv({ RECLAIM_ALLOW_PRIVATE_REGISTRIES: "true" });
    expect((await testRegistry(admin, wanted({ isPlatformWide: false }))).isAttachable).toBe(true);
  });

  test("K-35 a folder is only taken for the storage when it says the same as the registry", async () => {
    const other = mkdtempSync(path.join(tmpdir(), "reclaim-other-storage-"));
    folders.push(other);
    const stale = path.join(other, "stale");
    cpSync(open.storageRoot, stale, { recursive: true });
    await push(open.url, null, "team/later");
    mkdirSync(path.join(other, "empty/docker/registry/v2"), { recursive: true });
    const test = (storageRoot: string, scope = platform) =>
      testRegistry(scope, wanted({ url: open.url, auth: "none", storageRoot }));
    const good = await test(open.storageRoot);
    expect(good.findings.at(-1)).toMatchObject({ check: "storage", state: "good" });

    for (const [root, text] of [
      [basic.storageRoot, /not the storage of this registry/],
      [stale, /team\/later:v1 is not the same/],
      [path.join(other, "empty"), /not the same in both/],
      [path.join(open.storageRoot, "docker/registry"), /inside the registry's storage/],
      [other, /does not look like a registry's storage/],
      [path.join(other, "nowhere"), /no such folder/],
      ["storage", /whole path/],
    ] as const) {
      const report = await test(root);
      expect(report.isAttachable, root).toBe(false);
      expect(bad(report)[0]?.text).toMatch(text);
    }
    await expect(test(open.storageRoot, admin)).rejects.toMatchObject({ code: "forbidden" });
    await prisma().registry.update({ where: { id: tenant.registryId }, data: { storageRoot: open.storageRoot } });
    expect(bad(await test(open.storageRoot))[0]?.text).toMatch(/storage of the registry “registry” already/);
  });
});

describe("K-35 attached registries", () => {
  test("K-35 a platform admin attaches one for everybody; its password is sealed and never shown", async () => {
    const attached = await attach({ url: `${basic.url}/` });
    expect(attached).toMatchObject({
      ...{ url: basic.url, owner: "platform", canEdit: true, username, hasPassword: true, spaceCount: 0 },
      health: { state: "healthy" },
      report: { isAttachable: true },
    });
    const row = await prisma().registry.findUniqueOrThrow({ where: { id: attached.id } });
    expect(row.passwordEncrypted).not.toContain(password);
    expect(decryptSecret(row.passwordEncrypted ?? "")).toBe(password);
    const audit = await prisma().auditEvent.findFirstOrThrow({ where: { resourceId: attached.id } });
    expect(audit).toMatchObject({ workspaceId: null, action: "registries.attach" });
    const everything = JSON.stringify([attached, await listRegistries(platform), audit, row.findings]);
    expect(everything).not.toContain(password);
    expect(everything).not.toContain(row.passwordEncrypted);

    // Everybody may use it, nobody but platform admins learns how.
    const elsewhere = await createTestTenant({ name: "elsewhere" });
    const stranger = await scopeOf(await createTestUser("Otto"), elsewhere.workspaceId);
    expect(await listed(stranger, attached.id)).toMatchObject({
      ...{ canEdit: false, username: null, storageRoot: null, report: null, totalSpaceCount: null },
    });
    for (const change of [
      () => updateRegistry(stranger, { registryId: attached.id, name: "mine" }),
      () => detachRegistry(stranger, { registryId: attached.id }),
    ])
      await expect(change()).rejects.toMatchObject({ code: "forbidden" });
    const space = await createSpace(stranger, { name: "on it", registryId: attached.id, prefix: "elsewhere" });
    expect(await listed(platform, attached.id)).toMatchObject({ spaceCount: 0, totalSpaceCount: 1 });
    const opened = await openRegistryById(attached.id);
    expect(await opened?.adapter.listTags("team/app")).toEqual(["v1"]);
    await expect(detachRegistry(platform, { registryId: attached.id })).rejects.toMatchObject({
      code: "unprocessable",
      detail: expect.stringContaining("1 registry space"),
    });
    await removeSpace(stranger, { spaceId: space.id, typedName: "on it" });
    await detachRegistry(platform, { registryId: attached.id });
    expect(await listed(platform, attached.id)).toBeUndefined();
    expect(await openRegistryById(attached.id)).toBeNull();
    const gone = await prisma().registry.findUniqueOrThrow({ where: { id: attached.id } });
    expect(gone).toMatchObject({ username: null, passwordEncrypted: null, storageRoot: null });
    // Its address is free again.
    expect((await attach()).id).not.toBe(attached.id);
  });

  test("K-02 a workspace admin attaches one that no other workspace sees, and nobody learns whose an address is", async () => {
    await expect(attach({}, admin)).rejects.toMatchObject({ code: "forbidden" });
    await expect(attach({ isPlatformWide: false }, admin)).rejects.toMatchObject({ code: "unprocessable" });
    useEnv({ RECLAIM_ALLOW_PRIVATE_REGISTRIES: "true" });
    const attached = await attach({ isPlatformWide: false }, admin);
    expect(attached).toMatchObject({ owner: "workspace", canEdit: true, username, storageRoot: null });
    const elsewhere = await createTestTenant({ name: "elsewhere" });
    const stranger = await scopeOf(await createTestUser("Otto"), elsewhere.workspaceId);
    expect(await listed(stranger, attached.id)).toBeUndefined();
    for (const refused of [
      () => updateRegistry(stranger, { registryId: attached.id, name: "mine" }),
      () => detachRegistry(stranger, { registryId: attached.id }),
      () => checkRegistry(stranger, { registryId: attached.id }),
      () => testRegistry(stranger, { ...wanted({ isPlatformWide: false }), registryId: attached.id }),
    ])
      await expect(refused()).rejects.toMatchObject({ code: "not_found" });
    const refusal = await attach({ isPlatformWide: false }, stranger).catch((error: Error) => error);
    expect(refusal).toMatchObject({ code: "conflict" });
    expect(String(refusal)).not.toMatch(/Wanda|theirs|acme/);
  });

  test("K-35 what the test refuses is not attached, and two at once are not either", async () => {
    const refusal = await attach({ password: "wrong" }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: "unprocessable",
      errors: [expect.objectContaining({ path: "credentials" })],
    });
    expect(JSON.stringify(refusal)).not.toContain("wrong horse");
    const raced = await Promise.allSettled([attach(), attach(), attach()]);
    expect(raced.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of raced) if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "conflict" });
  });

  test("K-35 a password is kept where none is given, for its own address alone", async () => {
    const { id: registryId } = await attach();
    expect(await updateRegistry(platform, { registryId, name: "renamed" })).toMatchObject({ name: "renamed" });
    expect(await updateRegistry(platform, { registryId, username })).toMatchObject({ hasPassword: true });
    expect((await testRegistry(platform, { ...wanted({ password: undefined }), registryId })).isAttachable).toBe(true);
    const thief = await answering(401, { ...API, "www-authenticate": 'Basic realm="x"' });
    for (const attempt of [
      () => updateRegistry(platform, { registryId, url: thief.url }),
      () => testRegistry(platform, { ...wanted({ url: thief.url, password: undefined }), registryId }),
    ])
      await expect(attempt()).rejects.toMatchObject({
        code: "unprocessable",
        detail: expect.stringContaining("again"),
      });
    await thief.stop();
    expect(thief.seen).toHaveLength(0);
    await expect(updateRegistry(platform, { registryId, password: "wrong" })).rejects.toMatchObject({
      code: "unprocessable",
    });
    expect(await checkRegistry(platform, { registryId })).toMatchObject({ health: { state: "healthy" } });
    const moved = await updateRegistry(platform, {
      registryId,
      url: open.url,
      auth: "none",
      storageRoot: open.storageRoot,
    });
    expect(moved).toMatchObject({ url: open.url, username: null, hasPassword: false, storageRoot: open.storageRoot });
    expect(moved.capabilities.untaggedManifests.isAvailable).toBe(true);
    const actions = await prisma().auditEvent.findMany({ where: { resourceId: registryId }, orderBy: { at: "asc" } });
    expect(actions.map((event) => event.action)).toEqual([
      "registries.attach",
      "registries.update",
      "registries.check",
      "registries.update",
    ]);
    expect(actions.at(-1)?.data).toMatchObject({ changed: ["url", "auth", "username", "storageRoot"] });
  });

  test("K-35 at another address it is read again, all of it, and nothing that the former one told counts", async () => {
    const { id: registryId } = await attach({ url: basic.url });
    const crawl = (id: string, status: string, spaceId: string | null) =>
      prisma().crawl.create({ data: { id, registryId, spaceId, status, trigger: "schedule", repeatTrigger: "run" } });
    const ids = [newId("crawl"), newId("crawl")];
    const told = { registryId, payload: {}, receivedAt: new Date() };
    const begin = async () => {
      await crawl(ids[0] ?? "", "queued", null);
      await crawl(ids[1] ?? "", "running", "spc_x");
      await prisma().registryEvent.createMany({
        data: [
          { ...told, id: "waits" },
          { ...told, id: "done", processedAt: new Date() },
        ],
      });
      await prisma().registry.update({ where: { id: registryId }, data: { pullTrackingSince: new Date() } });
    };
    await begin();
    const active = () =>
      prisma().crawl.findMany({ where: { registryId, finishedAt: null }, orderBy: { createdAt: "asc" } });
    // Whatever else is changed, it is the same place.
    await updateRegistry(platform, { registryId, name: "renamed", username });
    expect((await active()).map(({ id }) => id).sort()).toEqual([...ids].sort());

    await updateRegistry(platform, { registryId, url: open.url, auth: "none" });
    expect((await prisma().registry.findUniqueOrThrow({ where: { id: registryId } })).pullTrackingSince).toBeNull();
    expect(await prisma().crawl.findUnique({ where: { id: ids[0] } })).toMatchObject({ status: "cancelled" });
    const [running, next, ...others] = await active();
    expect(running).toMatchObject({ id: ids[1], cancelRequestedAt: expect.any(Date), repeatTrigger: null });
    expect(next).toMatchObject({ status: "queued", trigger: "first", spaceId: null, cancelRequestedAt: null });
    expect(others).toEqual([]);
    const events = await prisma().registryEvent.findMany({ where: { registryId } });
    expect(events.map(({ id }) => id)).toEqual(["done"]);
  });

  test("K-35 the registry that the console runs with is not changed here", async () => {
    useEnv({ REGISTRY_URL: "http://127.0.0.1:1/installed" });
    await prisma().registry.update({ where: { id: tenant.registryId }, data: { url: "http://127.0.0.1:1/installed" } });
    expect(await listed(platform, tenant.registryId)).toMatchObject({ isInstalled: true, canEdit: false });
    for (const change of [
      () => updateRegistry(platform, { registryId: tenant.registryId, name: "other" }),
      () => detachRegistry(platform, { registryId: tenant.registryId }),
    ])
      await expect(change()).rejects.toMatchObject({ code: "unprocessable" });
  });
});

describe("K-38 health", () => {
  test("K-38 is asked on a clock, once however many workers ask, and says why it is bad", async () => {
    const { id: registryId } = await attach();
    const longAgo = new Date(Date.now() - 3_600_000);
    const due = () => prisma().registry.update({ where: { id: registryId }, data: { healthCheckedAt: longAgo } });
    const health = async () => (await listed(platform, registryId))?.health;

    await prisma().registry.update({ where: { id: tenant.registryId }, data: { healthCheckedAt: new Date() } });
    await due();
    await Promise.all([checkDueRegistries(new Date()), checkDueRegistries(new Date())]);
    expect(await health()).toMatchObject({ state: "healthy", reason: null, latencyMs: expect.any(Number) });

    // Its address changes hands: it has to say so, and get well again.
    await prisma().registry.update({ where: { id: registryId }, data: { url: "http://127.0.0.1:1" } });
    await due();
    await checkDueRegistries(new Date());
    expect(await health()).toMatchObject({
      state: "unhealthy",
      reason: "Nothing answers at 127.0.0.1:1.",
      latencyMs: null,
    });
    await prisma().registry.update({ where: { id: registryId }, data: { url: basic.url } });
    expect(await checkRegistry(admin, { registryId })).toMatchObject({ health: { state: "healthy", reason: null } });

    const before = await health();
    await checkDueRegistries(new Date());
    expect(await health()).toEqual(before);
  });

  test("K-35 an unhealthy password shows, without the password", async () => {
    const { id: registryId } = await attach();
    await prisma().registry.update({
      where: { id: registryId },
      data: { passwordEncrypted: encryptSecret("changed over there") },
    });
    const checked = await checkRegistry(platform, { registryId });
    expect(checked.health).toMatchObject({
      state: "unhealthy",
      reason: expect.stringContaining("user name and password"),
    });
    expect(JSON.stringify(checked)).not.toContain("changed over there");
  });
});
