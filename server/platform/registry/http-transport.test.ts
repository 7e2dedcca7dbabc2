import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createTransport, type Transport } from "./http-transport";
import { basicAuthorizer, noAuthorizer } from "./registry-authorizer";
import { RegistryError } from "./registry-error";
import type { RegistryAuthorizer } from "./request-authorizer";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Conditions of a network that a healthy registry never shows: the handler gets each request and its number. */
async function serve(handler: (request: http.IncomingMessage, response: http.ServerResponse, n: number) => void) {
  let count = 0;
  const server = http.createServer((request, response) => handler(request, response, ++count));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => count };
}

function transportTo(url: string, authorizer: RegistryAuthorizer = noAuthorizer()): Transport {
  const transport = createTransport({ url, authorizer });
  closers.push(() => transport.close());
  return transport;
}

const get = (path = "/v2/") => ({ method: "GET" as const, path, access: [] });

describe("createTransport", () => {
  it("tries again after a broken connection and after 503, and gives the answer", async () => {
    const server = await serve((request, response, n) => {
      if (n === 1) request.destroy();
      else response.writeHead(n === 2 ? 503 : 200).end("done");
    });
    const answer = await transportTo(server.url).send(get());
    expect([answer.status, answer.body.toString(), server.count()]).toEqual([200, "done", 3]);
  });

  it("gives a lasting 503 to the caller after three attempts, and never repeats a 400", async () => {
    const busy = await serve((_, response) => response.writeHead(503).end());
    expect((await transportTo(busy.url).send(get())).status).toBe(503);
    expect(busy.count()).toBe(3);
    const refused = await serve((_, response) => response.writeHead(400).end());
    expect((await transportTo(refused.url).send(get())).status).toBe(400);
    expect(refused.count()).toBe(1);
  });

  it("gives up on a silent registry at the time limit, once", async () => {
    const server = await serve(() => {});
    const failure = transportTo(server.url).send({ ...get(), timeoutMs: 80 });
    await expect(failure).rejects.toMatchObject({ kind: "unavailable", code: "TIMEOUT", retryable: true });
    expect(server.count()).toBe(1);
  });

  it("sends nothing to a host that a path names", async () => {
    const [registry, other] = [
      await serve((_, response) => response.end()),
      await serve((_, response) => response.end()),
    ];
    const transport = transportTo(registry.url, basicAuthorizer({ username: "robot", password: "secret" }));
    for (const path of [`//${new URL(other.url).host}/v2/`, `${other.url}/v2/`]) {
      await expect(transport.send(get(path))).rejects.toMatchObject({ kind: "protocol", code: "ORIGIN_INVALID" });
    }
    expect([registry.count(), other.count()]).toEqual([0, 0]);
  });

  it("says what cannot be reached", async () => {
    const server = await serve((_, response) => response.end());
    closers.splice(0).forEach((close) => {
      close();
    });
    const failure = transportTo(server.url).send(get());
    await expect(failure).rejects.toBeInstanceOf(RegistryError);
    await expect(failure).rejects.toMatchObject({ kind: "unavailable", code: "UNREACHABLE" });
  });

  it("ends with the caller's reason when aborted", async () => {
    const server = await serve(() => {});
    const controller = new AbortController();
    const failure = transportTo(server.url).send({ ...get(), signal: controller.signal });
    controller.abort(new Error("cancelled by the user"));
    await expect(failure).rejects.toThrow("cancelled by the user");
  });

  it("refuses an answer that is larger than expected", async () => {
    const server = await serve((_, response) => response.end(Buffer.alloc(2000)));
    await expect(transportTo(server.url).send({ ...get(), maxBytes: 1000 })).rejects.toThrow("larger than 1000 bytes");
  });

  it("drops a body that nobody asked for, however long", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { "Content-Length": "10000000000" });
      response.write(Buffer.alloc(1000));
    });
    const answer = await transportTo(server.url).send({ ...get(), headersOnly: true });
    expect([answer.status, answer.headers["content-length"]]).toEqual([200, "10000000000"]);
  });

  it("follows a redirect to the storage without the credentials", async () => {
    const seen: (string | undefined)[] = [];
    const storage = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end("bytes");
    });
    const registry = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(307, { Location: `${storage.url}/bucket/blob?signature=1` }).end();
    });
    const authorizer = basicAuthorizer({ username: "u", password: "p" });
    const answer = await transportTo(registry.url, authorizer).send(get("/v2/a/blobs/x"));
    expect(answer.body.toString()).toBe("bytes");
    expect(seen).toEqual([`Basic ${Buffer.from("u:p").toString("base64")}`, undefined]);
  });

  it("takes a user's token from the server that the registry names, and keeps it", async () => {
    const tokens = await serve((request, response) => {
      const url = new URL(request.url ?? "", "http://x");
      const scopes = url.searchParams.getAll("scope").join("+");
      response.end(JSON.stringify({ token: `${url.searchParams.get("service")}/${scopes}`, expires_in: 300 }));
    });
    const registry = await serve((request, response) => {
      if (request.headers.authorization === "Bearer reg/repository:a:pull+repository:b:pull,push") response.end("in");
      else response.writeHead(401, { "WWW-Authenticate": `Bearer realm="${tokens.url}/token",service="reg"` }).end();
    });
    const transport = transportTo(registry.url, basicAuthorizer({ username: "u", password: "p" }));
    const access = [
      { type: "repository", name: "a", actions: ["pull"] },
      { type: "repository", name: "b", actions: ["pull", "push"] },
    ];
    for (let i = 0; i < 3; i++) expect((await transport.send({ ...get(), access })).body.toString()).toBe("in");
    expect([tokens.count(), registry.count()]).toEqual([1, 4]);
  });
});
