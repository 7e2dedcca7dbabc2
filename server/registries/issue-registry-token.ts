import { grantAccess, parseScopes, type ScopePrincipal } from "@/domain/access/registry-scope";
import { liftForgottenReadOnly } from "@/server/gc/lift-forgotten-read-only";
import { readOnlyMessage } from "@/server/gc/read-only-message";
import { verifyCredentials } from "@/server/platform/auth/verify-credentials";
import { env } from "@/server/platform/env";
import { registryTokenSigner } from "./open-registry";
import { findConsoleRegistry, listGrants, reserveWriteToken } from "./registry.store";
import { TOKEN_ISSUER, TOKEN_SERVICE } from "./token-settings";

export type TokenAnswer =
  | { kind: "token"; token: string; expiresInSeconds: number; issuedAt: Date; scope: string }
  /** wrong credentials, or a push to a registry that is being collected: clients show the message of a 401 only */
  | { kind: "denied"; message: string };

/** The console's registry. Where its read-only mode outlived its collection, and no worker is there to see it, it ends here. */
async function findWritableRegistry() {
  const registry = await findConsoleRegistry();
  if (!registry?.readOnlyRunId) return registry;
  return (await liftForgottenReadOnly()) > 0 ? findConsoleRegistry() : registry;
}

const WRITES = new Set(["push", "delete"]);

async function denied(registryId: string): Promise<TokenAnswer> {
  return { kind: "denied", message: await readOnlyMessage(registryId, new Date()) };
}

/**
 * Answers a token request of a registry client (docker, skopeo, containerd …): the intersection of what it asks and what
 * the workspace roles allow, never an error for less. The expiry of a write token is stored before it is answered, in the
 * statement that also checks that the registry is not read-only.
 */
export async function issueRegistryToken(request: {
  credentials: { username: string; password: string } | null;
  scopes: readonly string[];
}): Promise<TokenAnswer> {
  const user = request.credentials
    ? await verifyCredentials(request.credentials.username, request.credentials.password)
    : null;
  if (request.credentials && !user) return { kind: "denied", message: "the user name or the password is wrong" };
  const registry = await findWritableRegistry();
  const principal: ScopePrincipal =
    user && registry ? { kind: "user", spaces: await listGrants(registry.id, user.id) } : { kind: "anonymous" };
  const { access, deniedByReadOnly } = grantAccess({
    requested: parseScopes(request.scopes),
    principal,
    isReadOnly: registry?.readOnlyRunId != null,
  });
  if (deniedByReadOnly && registry) return denied(registry.id);
  const signer = await registryTokenSigner();
  const ttlSeconds = env().RECLAIM_TOKEN_TTL_SECONDS;
  const signed = await signer.sign({
    subject: user?.id ?? "",
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
