import type { RegistryAccess } from "@/domain/access/registry-scope";
import type { AddressPolicy } from "@/domain/registries/address-policy";
import { createTransport } from "@/server/platform/registry/http-transport";
import { errorOfAnswer, protocolError, RegistryError } from "@/server/platform/registry/registry-error";

/** The token server that a `WWW-Authenticate: Bearer` header names; null for every other challenge. */
export function parseChallenge(header: string | undefined): { realm: string; service: string | null } | null {
  if (header === undefined || !/^bearer\s/i.test(header)) return null;
  const value = (name: string) => new RegExp(`[\\s,]${name}="([^"]*)"`, "i").exec(header)?.[1] ?? null;
  const realm = value("realm");
  if (realm === null || !URL.canParse(realm) || !/^https?:/.test(realm)) return null;
  return { realm, service: value("service") };
}

const TIMEOUT_MS = 15_000;

/**
 * Asks a token server for a token. `endsMs` is when it ends, by the server's `expires_in` (60 s where it says nothing).
 * @throws RegistryError with what the server said.
 */
export async function exchangeToken(request: {
  realm: string;
  service: string | null;
  access: readonly RegistryAccess[];
  authorization: string;
  /** Where the token server may be: its address comes from the registry. */
  addressPolicy?: AddressPolicy | null;
}): Promise<{ token: string; endsMs: number }> {
  const url = new URL(request.realm);
  if (request.service !== null) url.searchParams.set("service", request.service);
  for (const { type, name, actions } of request.access) {
    url.searchParams.append("scope", `${type}:${name}:${actions.join(",")}`);
  }
  const askedMs = Date.now();
  const { status, body } = await askTokenServer(url, request);
  if (status < 200 || status >= 300) throw errorOfAnswer(`token for ${request.service ?? url.host}`, status, body);
  const answer = parseAnswer(body);
  const token = answer?.token ?? answer?.access_token;
  if (typeof token !== "string" || token === "") {
    throw protocolError("TOKEN_SERVER", `the token server at ${url.origin} answered without a token`);
  }
  const lifetime = typeof answer?.expires_in === "number" ? answer.expires_in : 60;
  return { token, endsMs: askedMs + lifetime * 1000 };
}

/** Redirects are not followed: the credentials are for the server that the registry named. */
async function askTokenServer(
  url: URL,
  { authorization, addressPolicy = null }: { authorization: string; addressPolicy?: AddressPolicy | null },
) {
  const transport = createTransport({
    url: url.origin,
    authorizer: { kind: "basic", authorize: async () => authorization, answerChallenge: async () => null },
    followRedirects: false,
    attempts: 1,
    addressPolicy,
  });
  try {
    return await transport.send({
      method: "GET",
      path: `${url.pathname}${url.search}`,
      access: [],
      timeoutMs: TIMEOUT_MS,
    });
  } catch (cause) {
    if (cause instanceof RegistryError && cause.code === "ADDRESS_REFUSED") throw cause;
    const message = `the token server at ${url.origin} cannot be reached`;
    throw new RegistryError({ kind: "unavailable", status: null, code: "TOKEN_SERVER", message, cause });
  } finally {
    transport.close();
  }
}

function parseAnswer(body: Buffer): { token?: unknown; access_token?: unknown; expires_in?: unknown } | null {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    return typeof parsed === "object" ? parsed : null;
  } catch {
    return null;
  }
}
