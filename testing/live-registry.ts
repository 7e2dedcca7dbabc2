import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { NextRequest } from "next/server";
import { POST as receiveEvents } from "@/app/api/registry/events/route";
import { GET as issueToken, POST as issueTokenToForm } from "@/app/api/registry/token/route";
import { hashPassword } from "@/server/platform/auth/password";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { newId } from "@/server/platform/new-id";
import { registryTokenSigner } from "@/server/registries/open-registry";
import { TOKEN_ISSUER, TOKEN_SERVICE } from "@/server/registries/token-settings";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";

/** A registry whose token server and event sink are the console's own routes, as they are in an installation. */
export interface LiveRegistry {
  registry: TestRegistry;
  registryId: string;
  /** What the registry has told so far. */
  readonly told: readonly ToldEvent[];
  /** Has everything that was told arrive once more, as a registry does that missed the answer. */
  repeatAll(): Promise<void>;
  /** Deletes a manifest as somebody whose token allows it: no tenant's does. Answers the status. */
  deleteAs(userId: string, repository: string, digest: string): Promise<number>;
  stop(): Promise<void>;
}

export interface ToldEvent {
  id: string;
  action: string;
  target: { repository: string; digest?: string; tag?: string };
  request: { method: string; useragent: string };
}

/** Needs the environment of `setConsoleEnv`. */
export async function startLiveRegistry(options: { reachesStorage: boolean }): Promise<LiveRegistry> {
  const registryId = newId("reg");
  const told: ToldEvent[] = [];
  const requests: NextRequest[] = [];
  const server = http.createServer((request, response) => {
    void read(request).then(async (incoming) => {
      const isEvent = incoming.nextUrl.pathname === "/api/registry/events";
      if (isEvent) requests.push(incoming.clone() as NextRequest);
      const body = isEvent ? await incoming.clone().text() : "";
      const result = await answer(incoming);
      response.writeHead(result.status, Object.fromEntries(result.headers));
      response.end(Buffer.from(await result.arrayBuffer()));
      if (isEvent) told.push(...(JSON.parse(body) as { events: ToldEvent[] }).events);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const consoleUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
  const registry = await startTestRegistry({
    auth: {
      realm: `${consoleUrl}/api/registry/token`,
      service: TOKEN_SERVICE,
      issuer: TOKEN_ISSUER,
      certificatePath: path.join(env().RECLAIM_CA_DIR, "ca.crt"),
    },
    events: { url: `${consoleUrl}/api/registry/events?registry=${registryId}`, secret: env().RECLAIM_EVENTS_SECRET },
  });
  await prisma().registry.create({
    data: {
      ...{ id: registryId, name: "registry", url: registry.url, auth: "console" },
      storageRoot: options.reachesStorage ? registry.storageRoot : null,
    },
  });
  return {
    registry,
    registryId,
    told,
    async repeatAll() {
      for (const request of requests) await receiveEvents(request.clone());
    },
    async deleteAs(userId, repository, digest) {
      const { token } = await (await registryTokenSigner()).sign({
        ...{ subject: userId, ttlSeconds: 60, service: TOKEN_SERVICE, issuer: TOKEN_ISSUER, nowMs: Date.now() },
        access: [{ type: "repository", name: repository, actions: ["delete"] }],
      });
      const headers = { authorization: `Bearer ${token}`, "user-agent": "regctl/0.8" };
      const url = `${registry.url}/v2/${repository}/manifests/${digest}`;
      return (await fetch(url, { method: "DELETE", headers })).status;
    },
    async stop() {
      await registry.stop();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

async function read(request: http.IncomingMessage): Promise<NextRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = "GET", url = "/" } = request;
  const headers = new Headers(
    Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return new NextRequest(`http://127.0.0.1${url}`, {
    ...{ method, headers },
    ...(method === "POST" ? { body: Buffer.concat(chunks) } : {}),
  });
}

function answer(request: NextRequest): Promise<Response> {
  if (request.nextUrl.pathname === "/api/registry/events") return receiveEvents(request);
  return request.method === "POST" ? issueTokenToForm(request) : issueToken(request);
}

/** Somebody with an account in a workspace; the password is `correct horse`. */
export async function createTestPerson(
  workspaceId: string,
  person: { name: string; role?: "admin" | "editor" | "viewer" },
): Promise<{ id: string; email: string; password: string }> {
  const password = "correct horse";
  const email = `${person.name.toLowerCase().replaceAll(" ", ".")}.${newId("usr").slice(-8).toLowerCase()}@x.example`;
  const passwordHash = await hashPassword(password);
  const user = await prisma().user.create({ data: { id: newId("usr"), email, name: person.name, passwordHash } });
  await prisma().member.create({ data: { workspaceId, userId: user.id, role: person.role ?? "editor" } });
  return { id: user.id, email, password };
}
