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
    // What cannot be decoded is a fault of ours to Next (500): as it stands it is a name that nothing has.
    if (request.url !== undefined && !isDecodable(request.url)) request.url = request.url.replaceAll("%", "%25");
  });
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
