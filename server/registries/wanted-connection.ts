import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { type BucketInput, bucketAccess } from "./bucket-access";
import type { RegistryConnection } from "./inspect-registry";
import { requirePlatformAdmin } from "./platform-admin";
import type { RegistryRecord } from "./registry.store";
import { addressPolicyFor } from "./registry-connection";

export interface ConnectionInput {
  kind: "distribution" | "harbor";
  url: string;
  auth: "none" | "basic";
  username?: string | undefined;
  password?: string | undefined;
  storageRoot?: string | undefined;
  storageS3?: BucketInput | undefined;
  isPlatformWide: boolean;
}

/**
 * What somebody wrote down about a registry, as far as they may: a folder of the server is named by platform admins alone, since its
 * contents would be shown to whoever has a space on it. A bucket's secret that was left out is that of the registry that is edited.
 * @throws AppError forbidden, unprocessable
 */
export function wantedConnection(
  scope: WorkspaceScope,
  input: ConnectionInput,
  edited: RegistryRecord | null = null,
): RegistryConnection {
  if (input.isPlatformWide) requirePlatformAdmin(scope, "attach a registry for all workspaces");
  const storageRoot = input.storageRoot || null;
  const { storageS3 } = input;
  if (storageRoot !== null || storageS3 !== undefined) requirePlatformAdmin(scope, "say where a registry's storage is");
  if (storageRoot !== null && storageS3 !== undefined)
    throw new AppError("unprocessable", "A registry keeps its blobs in a folder or in a bucket: name one of them.");
  const { kind, url, auth } = input;
  return {
    ...{ kind, url, auth, storageRoot },
    bucket: storageS3 === undefined ? null : bucketAccess(storageS3, edited),
    username: auth === "basic" ? input.username || null : null,
    password: auth === "basic" ? input.password || null : null,
    addressPolicy: addressPolicyFor(input.isPlatformWide),
  };
}
