import http from "node:http";
import type { AddressInfo } from "node:net";

/**
 * What becomes of an answer on its way: it is replaced, its JSON changed, it waits for something to be done, or it never comes (until
 * `release`).
 */
type Tampering =
  | { status: number; body: string; type?: string }
  | { change: (json: Record<string, unknown>) => unknown }
  | { beforeAnswer: () => Promise<void> }
  | "hang"
  | "break";

export interface RegistryProxy {
  url: string;
  /** `GET /v2/…` of all requests so far. */
  requests: string[];
  /** Decides per request; null = let all through. */
  tamper: ((request: { method: string; path: string }) => Tampering | null) | null;
  /** Lets the requests go on that hang. */
  release(): void;
  stop(): Promise<void>;
}

/** Stands in front of a real registry and lies about some of its answers, as listings with bugs, proxies and outages do. */
export async function startRegistryProxy(registryUrl: string): Promise<RegistryProxy> {
  const target = new URL(registryUrl);
  const agent = new http.Agent({ keepAlive: true });
  let waiting: (() => void)[] = [];
  const proxy: Pick<RegistryProxy, "requests" | "tamper"> = { requests: [], tamper: null };

  function forward(
    incoming: http.IncomingMessage,
    outgoing: http.ServerResponse,
    change: ((json: Record<string, unknown>) => unknown) | null,
    beforeAnswer: (() => Promise<void>) | null = null,
  ): void {
    const options = { host: target.hostname, port: target.port, agent, method: incoming.method, path: incoming.url };
    const request = http.request({ ...options, headers: incoming.headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", async () => {
        await beforeAnswer?.();
        const body = Buffer.concat(chunks);
        const changed = change ? Buffer.from(JSON.stringify(change(JSON.parse(body.toString("utf8"))))) : body;
        const headers = { ...answer.headers };
        if (change) headers["content-length"] = String(changed.length);
        outgoing.writeHead(answer.statusCode ?? 502, headers);
        outgoing.end(changed);
      });
    });
    request.on("error", () => outgoing.destroy());
    incoming.pipe(request);
  }

  const server = http.createServer((incoming, outgoing) => {
    const path = incoming.url ?? "";
    const method = incoming.method ?? "";
    proxy.requests.push(`${method} ${path}`);
    const tampering = proxy.tamper?.({ method, path }) ?? null;
    if (tampering === "break") {
      incoming.socket.destroy();
    } else if (tampering === "hang") {
      waiting.push(() => forward(incoming, outgoing, null));
    } else if (tampering !== null && "status" in tampering) {
      outgoing.writeHead(tampering.status, { "content-type": tampering.type ?? "application/json" });
      outgoing.end(tampering.body);
    } else if (tampering !== null && "beforeAnswer" in tampering) {
      forward(incoming, outgoing, null, tampering.beforeAnswer);
    } else forward(incoming, outgoing, tampering?.change ?? null);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${port}`,
    release() {
      for (const go of waiting) go();
      waiting = [];
    },
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
