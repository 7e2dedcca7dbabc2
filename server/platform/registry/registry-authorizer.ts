import type { RegistryAccess } from "@/domain/access/registry-scope";
import { SYSTEM_SUBJECT } from "@/domain/access/registry-scope";
import type { AddressPolicy } from "@/domain/registries/address-policy";
import type { TokenSigner } from "@/server/platform/crypto/registry-token";
import type { RegistryAuthorizer } from "@/server/platform/registry/request-authorizer";
import { exchangeToken, parseChallenge } from "@/server/platform/registry/token-exchange";

/** Nobody is asked for credentials. */
export function noAuthorizer(): RegistryAuthorizer {
  return { kind: "none", authorize: async () => null, answerChallenge: async () => null };
}

const keyOf = (access: readonly RegistryAccess[]) =>
  access
    .map(({ type, name, actions }) => `${type}:${name}:${actions.join(",")}`)
    .sort()
    .join(" ");

/** Keeps what was made for an access list until shortly before it ends. */
class TokenCache {
  readonly #entries = new Map<string, { header: Promise<string>; endsMs: number }>();

  async get(key: string, make: () => Promise<{ token: string; endsMs: number }>): Promise<string> {
    const nowMs = Date.now();
    const found = this.#entries.get(key);
    if (found !== undefined && nowMs < found.endsMs) return found.header;
    if (this.#entries.size >= 500) this.#entries.clear();
    const entry = { header: Promise.resolve(""), endsMs: nowMs + 60_000 };
    entry.header = make().then(({ token, endsMs }) => {
      entry.endsMs = endsMs - 15_000;
      return `Bearer ${token}`;
    });
    this.#entries.set(key, entry);
    entry.header.catch(() => this.#entries.delete(key));
    return entry.header;
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }
}

/**
 * The console's own tokens, signed in this process for exactly what a request needs. They are not counted among the write
 * tokens that a collection waits for: our moves hold the registry's lock until they are done with them.
 */
export function consoleAuthorizer(options: {
  signer: TokenSigner;
  service: string;
  issuer: string;
  /** Default 300. */
  ttlSeconds?: number;
}): RegistryAuthorizer {
  const { signer, service, issuer, ttlSeconds = 300 } = options;
  const cache = new TokenCache();
  const make = (access: readonly RegistryAccess[]) => async () => {
    const nowMs = Date.now();
    const signed = await signer.sign({ subject: SYSTEM_SUBJECT, access, ttlSeconds, service, issuer, nowMs });
    return { token: signed.token, endsMs: signed.expiresAt.getTime() };
  };
  return {
    kind: "console",
    authorize: (access) => cache.get(keyOf(access), make(access)),
    answerChallenge: async () => null,
  };
}

/**
 * A user of the registry itself: HTTP Basic, or, where the registry answers with a Bearer challenge, that user's token from
 * the token server that it names.
 */
export function basicAuthorizer(options: {
  username: string;
  password: string;
  /** Where a token server may be that the registry names; default anywhere. */
  addressPolicy?: AddressPolicy | null;
}): RegistryAuthorizer {
  const { username, password, addressPolicy = null } = options;
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const cache = new TokenCache();
  let server: { realm: string; service: string | null } | null = null;
  const bearer = (realm: string, realmService: string | null, access: readonly RegistryAccess[]) =>
    cache.get(keyOf(access), () =>
      exchangeToken({ realm, service: realmService, access, authorization: basic, addressPolicy }),
    );
  return {
    kind: "basic",
    authorize: async (access) => (server === null ? basic : bearer(server.realm, server.service, access)),
    answerChallenge: async (challenge, access) => {
      const parsed = parseChallenge(challenge);
      if (parsed === null) return null;
      server = parsed;
      cache.forget(keyOf(access));
      return bearer(parsed.realm, parsed.service, access);
    },
  };
}
