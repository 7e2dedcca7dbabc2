import { grantAccess, namedPrefixes, parseScopes, type ScopePrincipal } from "@/domain/access/registry-scope";
import { liftForgottenReadOnly } from "@/server/gc/lift-forgotten-read-only";
import { readOnlyMessage } from "@/server/gc/read-only-message";
import { AppError } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { verifyBasic } from "@/server/platform/auth/verify-basic";
import { env } from "@/server/platform/env";
import { countRequest, type RateLimitState } from "@/server/platform/http/rate-limit";
import { requestContext } from "@/server/platform/http/request-context";
import { registryTokenSigner } from "./open-registry";
import { findTokenRegistry, listGrants } from "./registry-grants.store";
import { reserveWriteToken } from "./reserve-write-token";
import { TOKEN_ISSUER, TOKEN_SERVICE } from "./token-settings";

export type TokenAnswer =
  | { kind: "token"; token: string; expiresInSeconds: number; issuedAt: Date; scope: string }
  /** wrong credentials, or a push to a registry that is being collected: clients show the message of a 401 only */
  | { kind: "denied"; message: string }
  | { kind: "limited"; rateLimit: RateLimitState };

/** The console's registry. Where its read-only mode outlived its collection, and no worker is there to see it, it ends here. */
async function findWritableRegistry() {
  const registry = await findTokenRegistry();
  if (!registry?.readOnlyRunId) return registry;
  return (await liftForgottenReadOnly()) > 0 ? findTokenRegistry() : registry;
}

const WRITES = new Set(["push", "delete"]);

async function denied(registryId: string): Promise<TokenAnswer> {
  return { kind: "denied", message: await readOnlyMessage(registryId, new Date()) };
}

interface Credentials {
  username: string;
  password: string;
}

/**
 * Answers a token request of a registry client (docker, skopeo, containerd …): the intersection of what it asks and what
 * the workspace roles allow, never an error for less. Credentials are an account's, or an API token as the password. The expiry of a write
 * token is stored before it is answered, in the statement that also checks that the registry is not read-only.
 */
export async function issueRegistryToken(request: {
  credentials: Credentials | null;
  scopes: readonly string[];
}): Promise<TokenAnswer> {
  const [who, registry] = await Promise.all([identify(request.credentials), findWritableRegistry()]);
  const rateLimit = await countAsker(typeof who === "string" ? null : who);
  if (rateLimit?.isExceeded) return { kind: "limited", rateLimit };
  if (typeof who === "string") return { kind: "denied", message: who };
  const requested = parseScopes(request.scopes);
  const principal: ScopePrincipal =
    who && registry
      ? { kind: "user", spaces: await listGrants(registry.id, who, namedPrefixes(requested)) }
      : { kind: "anonymous" };
  const { access, deniedByReadOnly } = grantAccess({
    ...{ requested, principal },
    isReadOnly: registry?.readOnlyRunId != null,
  });
  if (deniedByReadOnly && registry) return denied(registry.id);
  const signer = await registryTokenSigner();
  const ttlSeconds = env().RECLAIM_TOKEN_TTL_SECONDS;
  const signed = await signer.sign({
    subject: who ? idOf(who) : "",
    access,
    ttlSeconds,
    service: TOKEN_SERVICE,
    issuer: TOKEN_ISSUER,
    nowMs: Date.now(),
  });
  const isWrite = access.some((one) => one.actions.some((action) => WRITES.has(action)));
  if (isWrite && registry && !(await reserveWriteToken(registry.id, signed.expiresAt))) {
    return denied(registry.id);
  }
  const scope = access.map(({ type, name, actions }) => `${type}:${name}:${actions.join(",")}`).join(" ");
  return { kind: "token", token: signed.token, expiresInSeconds: ttlSeconds, issuedAt: signed.issuedAt, scope };
}

type Asker = Exclude<Actor, { kind: "system" }>;

/** Who asks; null = nobody says who they are, a text = why they are not let in. */
async function identify(credentials: Credentials | null): Promise<Asker | string | null> {
  if (!credentials) return null;
  try {
    const actor = await verifyBasic(credentials.username, credentials.password);
    return actor && actor.kind !== "system" ? actor : "the user name or the password is wrong";
  } catch (error) {
    if (error instanceof AppError && error.code === "too_many_requests") return error.detail;
    throw error;
  }
}

const idOf = (asker: Asker) => (asker.kind === "user" ? asker.userId : asker.tokenId);

/** Machines share accounts and addresses: only both together are one asker. */
function countAsker(asker: Asker | null): Promise<RateLimitState | null> {
  const address = requestContext()?.address ?? "";
  if (asker) return countRequest("token", `${asker.token?.id ?? idOf(asker)} ${address}`);
  return address === "" ? Promise.resolve(null) : countRequest("anonymous", address);
}
