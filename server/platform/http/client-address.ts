import { env } from "../env";

/** Set on every request as it arrives (`instrumentation.ts`), whatever its sender wrote there: who is at the other end of the socket. */
export const PEER_HEADER = "x-reclaim-peer";
const ADDRESS_MAX = 64;

/**
 * Where a request came from. What it says itself (`x-forwarded-for`) is believed only as far as there are proxies of ours
 * (`RECLAIM_TRUSTED_PROXIES`, none by default): the last ones of the chain were written by them. Null where nothing is known.
 */
export function clientAddress(headers: Headers): string | null {
  const peer = headers.get(PEER_HEADER);
  if (peer === null) return null;
  const told = (headers.get("x-forwarded-for") ?? "").split(",").map((part) => part.trim());
  const chain = [...told.filter((part) => part !== ""), peer];
  const address = chain[Math.max(0, chain.length - 1 - env().RECLAIM_TRUSTED_PROXIES)] ?? peer;
  // IPv4 as IPv6 sockets tell it.
  return address.replace(/^::ffff:(?=\d+\.)/, "").slice(0, ADDRESS_MAX);
}
