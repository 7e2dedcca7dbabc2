import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { patientFetch } from "./patient-fetch";

/** Asks a server that answers each request as the next of `answers` does; says what it was asked with. */
async function asked(
  init: RequestInit,
  answers: ((request: IncomingMessage, response: ServerResponse) => void)[],
): Promise<{ keys: (string | undefined)[]; agent: string | undefined; outcome: number | "broken" }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answers[seen.length - 1]?.(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    const response = await patientFetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, init).catch(
      () => null,
    );
    const keys = seen.map(({ headers }) => headers["idempotency-key"] as string | undefined);
    return { keys, agent: seen[0]?.headers["user-agent"], outcome: response?.status ?? "broken" };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const ok = (_: IncomingMessage, response: ServerResponse) => response.writeHead(200).end();
const busy = (_: IncomingMessage, response: ServerResponse) => response.writeHead(429, { "retry-after": "0" }).end();
const broken = (request: IncomingMessage) => request.socket.destroy();

test("N-18 waits as long as it is asked to, and tries again", async () => {
  const { keys, outcome, agent } = await asked({ method: "GET" }, [busy, busy, ok]);
  expect({ tries: keys.length, outcome }).toEqual({ tries: 3, outcome: 200 });
  expect(agent).toMatch(/^reclaim-cli\//);
});

test("N-18 gives up where it stays busy", async () => {
  const { keys, outcome } = await asked({}, [busy, busy, busy, busy, busy]);
  expect({ tries: keys.length, outcome }).toEqual({ tries: 4, outcome: 429 });
});

test("N-18 sends a start again under its key, so that it is done once", async () => {
  const { keys, outcome } = await asked({ method: "POST", body: "{}" }, [broken, ok]);
  expect(outcome).toBe(200);
  expect(keys).toHaveLength(2);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(keys[1]).toBe(keys[0]);
});

test("N-18 sends no other change twice", async () => {
  const { keys, outcome } = await asked({ method: "DELETE" }, [broken, ok]);
  expect({ tries: keys.length, outcome }).toEqual({ tries: 1, outcome: "broken" });
});
