import http from "node:http";
import https from "node:https";
import type { AddressPolicy } from "@/domain/registries/address-policy";
import { guardedLookup, refuseAddress } from "@/server/platform/registry/address-guard";
import { RegistryError } from "@/server/platform/registry/registry-error";

const TIMEOUT_MS = 10_000;
const USER_AGENT = "Reclaim-Notifications/1";

/**
 * Sends JSON to an address that a tenant chose, and answers with the status alone: what the other side says is not shown to anybody, so
 * that nothing can be read through the console. Redirects are not followed.
 * @throws Error with the reason in plain words where no answer came, or where such an address is not called
 */
export function postJson(
  url: URL,
  body: string,
  headers: Record<string, string>,
  policy: AddressPolicy,
): Promise<number> {
  const isTls = url.protocol === "https:";
  if (!isTls && url.protocol !== "http:") throw new Error("only http and https addresses are called");
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(new Error(whyNot(error)));
    try {
      refuseAddress(url, policy);
    } catch (error) {
      return fail(error);
    }
    const request = (isTls ? https : http).request(url, {
      method: "POST",
      // One connection a call: the address is judged each time that it is connected to.
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      lookup: guardedLookup(policy),
      headers: {
        "User-Agent": USER_AGENT,
        "Content-Type": "application/json",
        "Content-Length": String(Buffer.byteLength(body)),
        ...headers,
      },
    });
    request.once("error", fail);
    request.once("response", (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    request.end(body);
  });
}

function whyNot(error: unknown): string {
  if (error instanceof RegistryError) return "the address is in a network that notifications are not sent into";
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError" || error.name === "AbortError") return `no answer within ${TIMEOUT_MS / 1000} s`;
  const code = (error as NodeJS.ErrnoException).code;
  const known: Record<string, string> = {
    ENOTFOUND: "there is no host of this name",
    ECONNREFUSED: "nothing listens at this address",
    ECONNRESET: "the connection was closed without an answer",
  };
  return known[code ?? ""] ?? `it could not be reached (${code ?? error.name})`;
}
