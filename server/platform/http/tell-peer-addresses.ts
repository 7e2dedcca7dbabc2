import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { PEER_HEADER } from "./client-address";

/**
 * Writes the address of the socket into each request before anybody reads it: a route handler of Next sees headers only, and the one that
 * Next fills in (`x-forwarded-for`) is whatever the client sent, if it sent one.
 */
export function tellPeerAddresses(): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    request.headers[PEER_HEADER] = request.socket.remoteAddress ?? "";
  });
}
