import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { DistributionClient } from "./distribution-client";
import { createTransport } from "./http-transport";
import { basicAuthorizer } from "./registry-authorizer";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that notes what it is asked. */
async function serve(handler: (request: http.IncomingMessage, response: http.ServerResponse) => void) {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume();
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function clientOf(host: string): DistributionClient {
  const client = new DistributionClient(
    createTransport({ url: `http://${host}`, authorizer: basicAuthorizer({ username: "robot", password: "secret" }) }),
  );
  closers.push(() => client.close());
  return client;
}

test("a Link header leads to a path of the registry, whatever host it hides in it", async () => {
  const other = await serve((_, response) => response.end());
  const registry = await serve((request, response) => {
    const isFirst = request.url === "/v2/acme/app/tags/list";
    if (isFirst) response.setHeader("Link", `<http://x//${other.host}/v2/acme/app/tags/list?last=a>; rel="next"`);
    response.end(JSON.stringify({ tags: [isFirst ? "a" : "b"] }));
  });
  const client = clientOf(registry.host);
  const first = await client.tagsPage("acme/app", null);
  expect(first?.next).toBe(`/${other.host}/v2/acme/app/tags/list?last=a`);
  expect((await client.tagsPage("acme/app", first?.next ?? null))?.tags).toEqual(["b"]);
  expect(other.asked).toEqual([]);
});

test("a Location header sends an upload nowhere else", async () => {
  const other = await serve((_, response) => response.writeHead(201).end());
  const registry = await serve((request, response) => {
    if (request.method === "POST") response.writeHead(202, { Location: `//x//${other.host}/up?state=1` }).end();
    else response.writeHead(request.method === "PUT" ? 201 : 404).end();
  });
  await clientOf(registry.host).uploadBlob("acme/app", Buffer.from("{}"));
  expect(registry.asked.at(-1)).toContain(`PUT /${other.host}/up?state=1&digest=`);
  expect(other.asked).toEqual([]);
});
