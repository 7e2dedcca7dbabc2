import type { RegistryDto, RegistryReportDto } from "@/contracts/registries";
import { parseRegistryUrl } from "@/domain/registries/registry-url";
import type { S3Access } from "@/domain/registries/s3-location";
import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { encryptSecret } from "@/server/platform/crypto/secret-box";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { requireVersion } from "@/server/platform/http/etag";
import { countRunsOn, forgetAddress, lockRegistry, updateRegistryRow } from "./attachment.store";
import { type BucketInput, bucketAccess, bucketOf, bucketRow } from "./bucket-access";
import { enqueueCrawl } from "./enqueue-crawl";
import { getRegistry } from "./get-registry";
import type { RegistryConnection } from "./inspect-registry";
import { requirePlatformAdmin } from "./platform-admin";
import type { RegistryRecord } from "./registry.store";
import { addressPolicyFor } from "./registry-connection";
import { registryVersion } from "./registry-version";
import { alreadyAttached, requireAttachable } from "./require-attachable";
import { requireEditableRegistry } from "./require-editable-registry";
import { reachesStorage, requireNothingKept } from "./require-nothing-kept";
import { storedPassword } from "./stored-password";

export interface RegistryChange {
  name?: string | undefined;
  url?: string | undefined;
  auth?: "none" | "basic" | undefined;
  username?: string | undefined;
  password?: string | undefined;
  storageRoot?: string | null | undefined;
  storageS3?: BucketInput | null | undefined;
}

/**
 * Changes a registry. What changes the connection is tested first, and waits for the runs on it; a password that is left out is kept.
 * At another address it is read again, all of it: what was known came from the former one.
 * @throws AppError not_found, forbidden, conflict (address taken, runs in progress, storage to be left that a collection keeps something
 * in), unprocessable (the test found something bad)
 */
export async function updateRegistry(
  scope: WorkspaceScope,
  input: { registryId: string } & RegistryChange,
): Promise<RegistryDto> {
  const registry = await requireEditableRegistry(scope, input.registryId);
  const connection = changedConnection(scope, registry, input);
  const report = connection && (await requireAttachable(connection, registry.id));
  const name = input.name ?? registry.name;
  const changed = [
    ...(name === registry.name ? [] : ["name"]),
    ...(connection ? changedParts(registry, connection, input) : []),
  ];
  if (changed.length === 0) return getRegistry(scope, input);
  const isMoved = changed.includes("url");
  const isStorageElsewhere = connection !== null && leavesStorage(registry, connection);
  const isReached = isStorageElsewhere && (await reachesStorage(registry));
  try {
    await prisma().$transaction(async (tx) => {
      const held = await lockRegistry(tx, registry.id);
      if (!held) throw notFound();
      requireVersion(registryVersion(held));
      if (connection && (await countRunsOn(tx, registry.id)) > 0) {
        throw new AppError("conflict", "A run is in progress on this registry. Wait for it, or cancel it first.");
      }
      if (isStorageElsewhere)
        await requireNothingKept(tx, registry, { isReached, wanted: "change where its storage is", now: new Date() });
      await updateRegistryRow(tx, registry.id, {
        name,
        ...(connection && report ? connectionRow(connection, report) : {}),
      });
      if (isMoved) await forgetAddress(tx, registry.id);
      await recordAudit(tx, {
        workspaceId: registry.workspaceId,
        actor: scope.actor,
        action: "registries.update",
        resourceType: "registry",
        resourceId: registry.id,
        data: { name, url: connection?.url ?? registry.url, changed },
      });
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw alreadyAttached();
    throw error;
  }
  if (isMoved) await enqueueCrawl(registry.id, { trigger: "first" });
  return getRegistry(scope, input);
}

/** The connection as it would be; null where nothing about it is to change. */
function changedConnection(
  scope: WorkspaceScope,
  registry: RegistryRecord,
  input: RegistryChange,
): RegistryConnection | null {
  const { url, auth, username, password, storageRoot, storageS3 } = input;
  const isAsked = [url, auth, username, password, storageRoot, storageS3].some((value) => value !== undefined);
  if (!isAsked) return null;
  const storage = changedStorage(scope, registry, input);
  const address = url === undefined ? null : parseRegistryUrl(url);
  const connection: RegistryConnection = {
    kind: registry.kind,
    url: address === null ? registry.url : address.ok ? address.url : (url ?? registry.url),
    // `console` is the installed one's, which cannot be edited.
    auth: auth ?? (registry.auth === "none" ? "none" : "basic"),
    username: username === undefined ? registry.username : username || null,
    password: password || null,
    ...storage,
    addressPolicy: addressPolicyFor(registry.workspaceId === null),
  };
  if (connection.auth === "none") return { ...connection, username: null, password: null };
  return { ...connection, password: connection.password ?? storedPassword(registry, connection.url) };
}

/** Where the storage would be: one that is named takes the place of the other kind, and a secret that is left out is kept. */
function changedStorage(
  scope: WorkspaceScope,
  registry: RegistryRecord,
  { storageRoot, storageS3 }: RegistryChange,
): Pick<RegistryConnection, "storageRoot" | "bucket"> {
  if (storageRoot && storageS3)
    throw new AppError("unprocessable", "A registry keeps its blobs in a folder or in a bucket: name one of them.");
  const wantedRoot = storageS3 ? null : storageRoot === undefined ? registry.storageRoot : storageRoot || null;
  const isOther =
    wantedRoot !== registry.storageRoot || storageS3 != null || (storageS3 === null && bucketOf(registry));
  if (isOther) requirePlatformAdmin(scope, "say where a registry's storage is");
  if (storageS3) return { storageRoot: null, bucket: bucketAccess(storageS3, registry) };
  const isLeft = storageS3 === null || wantedRoot !== null;
  return { storageRoot: wantedRoot, bucket: isLeft ? null : bucketOf(registry) };
}

function changedParts(registry: RegistryRecord, connection: RegistryConnection, input: RegistryChange): string[] {
  const parts: string[] = (["url", "auth", "username", "storageRoot"] as const).filter(
    (part) => connection[part] !== registry[part],
  );
  if (input.password && connection.auth === "basic") parts.push("password");
  const before = bucketOf(registry);
  if (JSON.stringify(connection.bucket) !== JSON.stringify(before)) parts.push("storageS3");
  return parts;
}

/** Whether the blobs would be looked for in another place; another key to the same one changes nothing about that. */
function leavesStorage(registry: RegistryRecord, { storageRoot, bucket }: RegistryConnection): boolean {
  const placeOf = (access: S3Access | null | undefined) =>
    access ? [access.location.endpoint, access.location.bucket, access.location.root].join(" ") : "";
  return storageRoot !== registry.storageRoot || placeOf(bucket) !== placeOf(bucketOf(registry));
}

function connectionRow(connection: RegistryConnection, report: RegistryReportDto) {
  const { url, auth, username, password, storageRoot, bucket } = connection;
  return {
    ...{ url, auth, username, storageRoot },
    ...bucketRow(bucket),
    passwordEncrypted: password === null ? null : encryptSecret(password),
    findings: report,
    health: "healthy",
    healthError: null,
    healthCheckedAt: new Date(),
    healthLatencyMs: report.latencyMs,
  };
}
