import { createTokenSigner, type TokenSigner } from "@/server/platform/crypto/registry-token";
import { decryptSecret } from "@/server/platform/crypto/secret-box";
import { env } from "@/server/platform/env";
import { createRegistryAdapter } from "@/server/platform/registry/distribution-adapter";
import type { RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import { basicAuthorizer, consoleAuthorizer, noAuthorizer } from "@/server/platform/registry/registry-authorizer";
import type { RegistryAuthorizer } from "@/server/platform/registry/request-authorizer";
import { closeStorage, openStorage } from "./open-storage";
import type { RegistryRecord } from "./registry.store";
import { addressPolicyOf } from "./registry-connection";
import { TOKEN_ISSUER, TOKEN_SERVICE } from "./token-settings";

type RegistryAccount = Pick<
  RegistryRecord,
  | "id"
  | "workspaceId"
  | "kind"
  | "url"
  | "auth"
  | "username"
  | "passwordEncrypted"
  | "storageRoot"
  | "storageS3"
  | "s3SecretEncrypted"
>;

const globals = globalThis as {
  reclaimAdapters?: Map<string, { key: string; adapter: RegistryAdapter }>;
  reclaimSigner?: Promise<TokenSigner>;
};

/** The signer of this process; the leaf key in it never leaves memory. */
export function registryTokenSigner(): Promise<TokenSigner> {
  globals.reclaimSigner ??= createTokenSigner(env().RECLAIM_CA_DIR);
  return globals.reclaimSigner;
}

/** The adapter of a registry; one a process, made anew when the registry's address or credentials change. */
export async function openRegistry(registry: RegistryAccount): Promise<RegistryAdapter> {
  globals.reclaimAdapters ??= new Map();
  const addressPolicy = addressPolicyOf(registry);
  const key = JSON.stringify([
    addressPolicy,
    registry.url,
    registry.auth,
    registry.username,
    registry.passwordEncrypted,
    registry.storageRoot,
    registry.storageS3,
  ]);
  const open = globals.reclaimAdapters.get(registry.id);
  if (open?.key === key) return open.adapter;
  open?.adapter.close();
  const adapter = createRegistryAdapter(registry.kind, {
    url: registry.url,
    authorizer: await authorizerOf(registry),
    storageRoot: (await openStorage(registry))?.location ?? null,
    addressPolicy,
  });
  globals.reclaimAdapters.set(registry.id, { key, adapter });
  return adapter;
}

/** Forgets the adapter of a registry that was detached. */
export function closeRegistry(registryId: string): void {
  globals.reclaimAdapters?.get(registryId)?.adapter.close();
  globals.reclaimAdapters?.delete(registryId);
  closeStorage(registryId);
}

/** Forgets all of them, and who signs for them: whoever opens one afterwards may have another CA. */
export function closeRegistries(): void {
  for (const { adapter } of globals.reclaimAdapters?.values() ?? []) adapter.close();
  globals.reclaimAdapters?.clear();
  delete globals.reclaimSigner;
  closeStorage();
}

/** What a registry wants to be asked with. */
export async function authorizerOf(registry: RegistryAccount): Promise<RegistryAuthorizer> {
  if (registry.auth === "none") return noAuthorizer();
  if (registry.auth === "console") {
    return consoleAuthorizer({ signer: await registryTokenSigner(), service: TOKEN_SERVICE, issuer: TOKEN_ISSUER });
  }
  const password = registry.passwordEncrypted ? decryptSecret(registry.passwordEncrypted) : "";
  return basicAuthorizer({ username: registry.username ?? "", password, addressPolicy: addressPolicyOf(registry) });
}
