import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import type { RegistryConnection } from "./inspect-registry";
import { requirePlatformAdmin } from "./platform-admin";
import { addressPolicyFor } from "./registry-connection";

export interface ConnectionInput {
  kind: "distribution" | "harbor";
  url: string;
  auth: "none" | "basic";
  username?: string | undefined;
  password?: string | undefined;
  storageRoot?: string | undefined;
  isPlatformWide: boolean;
}

/**
 * What somebody wrote down about a registry, as far as they may: a folder of the server is named by platform admins alone, since its
 * contents would be shown to whoever has a space on it.
 * @throws AppError forbidden
 */
export function wantedConnection(scope: WorkspaceScope, input: ConnectionInput): RegistryConnection {
  if (input.isPlatformWide) requirePlatformAdmin(scope, "attach a registry for all workspaces");
  const storageRoot = input.storageRoot || null;
  if (storageRoot !== null) requirePlatformAdmin(scope, "say where a registry's storage is");
  const { kind, url, auth } = input;
  return {
    ...{ kind, url, auth, storageRoot },
    username: auth === "basic" ? input.username || null : null,
    password: auth === "basic" ? input.password || null : null,
    addressPolicy: addressPolicyFor(input.isPlatformWide),
  };
}
