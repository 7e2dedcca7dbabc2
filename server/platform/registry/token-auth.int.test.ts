import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { grantAccess, parseScopes, type ScopePrincipal, SYSTEM_SUBJECT } from "@/domain/access/registry-scope";
import { type BuiltImage, buildImage, buildIndex, buildLayer } from "@/scripts/demo/oci-image";
import { createImagePusher } from "@/scripts/demo/push-image";
import { freePort } from "@/scripts/services/free-port";
import { bareEnvironment, startServiceProcess, untilReady } from "@/scripts/services/service-process";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { createTokenSigner, type TokenSigner } from "@/server/platform/crypto/registry-token";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { skopeoCopy, skopeoDelete, skopeoPull } from "@/testing/skopeo";
import { createDistributionAdapter } from "./distribution-adapter";
import type { RegistryAdapter } from "./registry-adapter";
import { basicAuthorizer, consoleAuthorizer, noAuthorizer } from "./registry-authorizer";

const SERVICE = "reclaim-test";
const ISSUER = "reclaim";
const READ_ONLY_TEXT = "garbage collection is running: pushes are accepted again in a few minutes";

const USERS: Record<string, ScopePrincipal> = {
  editor: { kind: "user", spaces: [{ prefix: "acme", role: "editor" }] },
  viewer: { kind: "user", spaces: [{ prefix: "acme", role: "viewer" }] },
  stranger: { kind: "user", spaces: [{ prefix: "globex", role: "admin" }] },
};

type RegistryEvent = { action: string; actor: { name?: string }; target: { repository: string; tag?: string } };

let folder: string;
let signer: TokenSigner;
let server: http.Server;
let registry: TestRegistry;
let system: RegistryAdapter;
let isReadOnly = false;
const events: RegistryEvent[] = [];

const error = (code: string, message: string) => JSON.stringify({ errors: [{ code, message }] });

/** The smallest token endpoint and event sink that a registry can live with; the console's own are tested with the console. */
async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "", "http://localhost");
  if (url.pathname === "/events") {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    events.push(...(JSON.parse(Buffer.concat(chunks).toString("utf8")) as { events: RegistryEvent[] }).events);
    response.end();
    return;
  }
  const basic = Buffer.from(request.headers.authorization?.replace(/^Basic /, "") ?? "", "base64").toString();
  const [name = "", password] = basic.split(":");
  const isAnonymous = request.headers.authorization === undefined;
  const principal: ScopePrincipal | undefined = isAnonymous ? { kind: "anonymous" } : USERS[name];
  if (principal === undefined || (!isAnonymous && password !== "secret")) {
    response.writeHead(401).end(error("UNAUTHORIZED", "wrong user name or password"));
    return;
  }
  const requested = parseScopes(url.searchParams.getAll("scope"));
  const { access, deniedByReadOnly } = grantAccess({ requested, principal, isReadOnly });
  if (deniedByReadOnly) {
    response.writeHead(401).end(error("DENIED", READ_ONLY_TEXT));
    return;
  }
  const { token } = await signer.sign({
    ...{ subject: name, access, ttlSeconds: 60, service: SERVICE, issuer: ISSUER, nowMs: Date.now() },
  });
  response.end(JSON.stringify({ token, access_token: token, expires_in: 60 }));
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reclaim-token-"));
  const { certificatePath } = await ensureRegistryCa(folder);
  signer = await createTokenSigner(folder);
  server = http.createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  registry = await startTestRegistry({
    auth: { realm: `${base}/token`, service: SERVICE, issuer: ISSUER, certificatePath },
    events: { url: `${base}/events`, secret: "secret" },
  });
  system = createDistributionAdapter({
    url: registry.url,
    authorizer: consoleAuthorizer({ signer, service: SERVICE, issuer: ISSUER }),
    storageRoot: null,
  });
});

beforeEach(() => {
  isReadOnly = false;
});

afterAll(async () => {
  system?.close();
  await registry?.stop();
  server?.closeAllConnections();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

const as = (user: string, repository: string, reference: string, password = "secret") => ({
  ...{ registryUrl: registry.url, repository, reference, username: user, password },
});
const anonymously = (repository: string, reference: string) => ({ registryUrl: registry.url, repository, reference });

async function pushed(repository: string, tag: string): Promise<BuiltImage> {
  const layer = await buildLayer(`${repository}:${tag}`, [{ path: "app/server.js", sizeBytes: 50_000 }]);
  const image = buildImage({ layers: [layer], createdAt: new Date(0), labels: { repository, tag } });
  const top = buildIndex({ children: [{ image, platform: { os: "linux", architecture: "amd64" } }] });
  const pusher = createImagePusher({ registryUrl: registry.url, username: "editor", password: "secret" });
  await pusher.push(repository, top, tag);
  pusher.close();
  return top;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not in time; events: ${JSON.stringify(events.slice(-20))}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("tokens under the CA", () => {
  it("let members do what their role allows, and nobody else anything", async () => {
    const top = await pushed("acme/api", "v1");
    expect(await skopeoPull(as("editor", "acme/api", "v1"))).toMatchObject({ ok: true, digest: top.digest });
    expect(await skopeoPull(as("viewer", "acme/api", "v1"))).toMatchObject({ ok: true, digest: top.digest });
    for (const target of [as("stranger", "acme/api", "v1"), anonymously("acme/api", "v1")]) {
      expect((await skopeoPull(target)).error).toMatch(/denied|unauthorized/);
    }
    expect((await skopeoPull(as("editor", "acme/api", "v1", "wrong"))).error).toContain("wrong user name or password");

    expect(await skopeoCopy(as("editor", "acme/api", "v1"), as("editor", "acme/copy", "v1"))).toMatchObject({
      ok: true,
    });
    expect(await skopeoPull(as("editor", "acme/copy", "v1"))).toMatchObject({ digest: top.digest });
    for (const to of [
      as("viewer", "acme/api", "v2"),
      as("editor", "globex/api", "v1"),
      as("editor", "recyclebin/x/api", "v1"),
    ]) {
      expect((await skopeoCopy(as("editor", "acme/api", "v1"), to)).error).toMatch(/denied/);
    }
  });

  it("let nobody delete past the recycle bin", async () => {
    await pushed("acme/keep", "v1");
    expect((await skopeoDelete(as("editor", "acme/keep", "v1"))).ok).toBe(false);
    expect((await skopeoPull(as("editor", "acme/keep", "v1"))).ok).toBe(true);
  });

  it("keep the bin to the system, also as the source of a mount", async () => {
    const top = await pushed("acme/binned", "v1");
    const to = "recyclebin/spc_1/acme/binned";
    const manifests = [];
    for (const { digest } of [...top.children, top]) {
      const manifest = await system.getManifest("acme/binned", digest);
      if (manifest !== null) manifests.push(manifest);
    }
    await system.copy({ from: "acme/binned", to, manifests });
    expect(await system.verify({ repository: to, manifests })).toEqual([]);
    expect((await skopeoPull(as("editor", to, top.digest))).error).toMatch(/denied/);

    const authorizer = basicAuthorizer({ username: "editor", password: "secret" });
    const tenant = createDistributionAdapter({ url: registry.url, authorizer, storageRoot: null });
    await tenant.ping();
    const mount = tenant.copy({ from: to, to: "acme/stolen", manifests });
    await expect(mount).rejects.toMatchObject({ kind: "unauthorized" });
    expect(await tenant.resolve("acme/binned", "v1")).toMatchObject({ digest: top.digest });
    expect((await tenant.capabilities()).canDelete).toMatchObject({ available: false });
    await expect(tenant.deleteManifest("acme/binned", top.digest)).rejects.toMatchObject({ kind: "unauthorized" });
    await expect(tenant.listRepositories()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      kind: "unauthorized",
    });
    tenant.close();
  });

  it("stop pushes in read-only mode with a text that says why, and go on serving pulls and the system", async () => {
    const top = await pushed("acme/frozen", "v1");
    isReadOnly = true;
    const refused = await skopeoCopy(as("editor", "acme/frozen", "v1"), as("editor", "acme/frozen", "v2"));
    expect(refused.error).toContain(READ_ONLY_TEXT);
    expect(await skopeoPull(as("editor", "acme/frozen", "v1"))).toMatchObject({ ok: true, digest: top.digest });
    await system.tag({ repository: "acme/frozen", tag: "restored", digest: top.digest });
    isReadOnly = false;
    const accepted = await skopeoCopy(as("editor", "acme/frozen", "v1"), as("editor", "acme/frozen", "v2"));
    expect(accepted.error).toBeNull();
  });

  it("name the system as the actor of what the system does, and the user of what a user does", async () => {
    const top = await pushed("acme/actors", "v1");
    await pushed("acme/actors", "v2");
    await system.untag({
      repository: "acme/actors",
      tag: "v2",
      digest: (await system.resolve("acme/actors", "v2"))?.digest ?? "",
    });
    await system.tag({ repository: "acme/actors", tag: "v3", digest: top.digest });
    const names: string[] = [];
    for await (const name of system.listRepositories({ prefix: "acme" })) names.push(name);
    expect(names).toContain("acme/actors");
    await system.deleteManifest("acme/actors", top.digest);
    await until(() =>
      events.some((e) => e.target.repository === "acme/actors" && e.action === "delete" && e.target.tag === "v1"),
    );
    const mine = events.filter((event) => event.target.repository === "acme/actors");
    const actors = (action: string) =>
      new Set(mine.filter((event) => event.action === action).map((event) => event.actor.name));
    expect(actors("delete")).toEqual(new Set([SYSTEM_SUBJECT]));
    expect(actors("push")).toEqual(new Set(["editor", SYSTEM_SUBJECT]));
    expect(
      mine.filter((event) => event.action === "push" && event.target.tag === "v1").map((e) => e.actor.name),
    ).toEqual(["editor"]);
  });
});

describe("a registry that cannot delete", () => {
  it("says so, and denies deletion", async () => {
    const dir = await mkdtemp(path.join(tmpdir(), "reclaim-nodelete-"));
    const port = await freePort();
    const configFile = path.join(dir, "registry.json");
    const config = {
      version: 0.1,
      log: { level: "error" },
      storage: { filesystem: { rootdirectory: path.join(dir, "storage") } },
      http: { addr: `127.0.0.1:${port}` },
    };
    writeFileSync(configFile, JSON.stringify(config));
    const logFile = path.join(dir, "log");
    const service = await startServiceProcess({
      ...{ name: "registry", command: "docker-registry", args: ["serve", configFile], env: bareEnvironment(), logFile },
    });
    const adapter = createDistributionAdapter({
      url: `http://127.0.0.1:${port}`,
      authorizer: noAuthorizer(),
      storageRoot: null,
    });
    try {
      await untilReady(service, logFile, async () => adapter.ping().then(() => true));
      const { canDelete } = await adapter.capabilities();
      expect(canDelete).toMatchObject({ available: false, reason: expect.stringContaining("storage.delete.enabled") });
      const deletion = adapter.deleteManifest("acme/x", `sha256:${"a".repeat(64)}`);
      await expect(deletion).rejects.toMatchObject({ kind: "denied", status: 405, code: "UNSUPPORTED" });
    } finally {
      adapter.close();
      await service.stop();
      expect(readFileSync(logFile, "utf8")).not.toContain("panic");
      await rm(dir, { recursive: true, force: true });
    }
  });
});
