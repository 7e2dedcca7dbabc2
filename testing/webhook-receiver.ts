import { createHmac, timingSafeEqual } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface ReceivedHook {
  path: string;
  headers: http.IncomingHttpHeaders;
  /** as it came over the wire */
  text: string;
  body: Record<string, unknown>;
}

export interface WebhookReceiver {
  url: string;
  received: ReceivedHook[];
  /** What it answers next, one status a request, then 204 again. */
  answerWith(...statuses: number[]): void;
  stop(): Promise<void>;
}

/** An HTTP server on loopback that keeps what it is sent. A status of 0 closes the connection without an answer. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedHook[] = [];
  const answers: number[] = [];
  const server = http.createServer(async (request, response) => {
    const sent = await text(request);
    received.push({
      path: request.url ?? "",
      headers: request.headers,
      text: sent,
      body: JSON.parse(sent) as Record<string, unknown>,
    });
    const status = answers.shift() ?? 204;
    if (status === 0) return request.socket.destroy();
    response.writeHead(status, status >= 300 && status < 400 ? { location: "/elsewhere" } : {});
    response.end("the receiver's own words");
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answerWith: (...statuses) => {
      answers.splice(0, answers.length, ...statuses);
    },
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/** Whether one of the signatures is by this secret, worked out as a receiver would. */
export function isSignedBy({ headers, text: sent }: ReceivedHook, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${sent}`;
  const expected = createHmac("sha256", key).update(signed).digest();
  return String(headers["webhook-signature"])
    .split(" ")
    .some((one) => {
      const given = Buffer.from(one.replace(/^v1,/, ""), "base64");
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
}
