import type { RegistryDto } from "@/contracts/registries";
import { parseRegistryUrl } from "@/domain/registries/registry-url";
import { keepWorkspace } from "@/server/access/keep-workspace";
import { recordAudit } from "@/server/history/record-audit";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { encryptSecret } from "@/server/platform/crypto/secret-box";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { insertRegistry } from "./attachment.store";
import { bucketRow } from "./bucket-access";
import { getRegistry } from "./get-registry";
import { alreadyAttached, requireAttachable } from "./require-attachable";
import { type ConnectionInput, wantedConnection } from "./wanted-connection";

/**
 * Attaches a registry, for every workspace (platform admins) or for this one alone, after a test of it that nothing bad came out of.
 * @throws AppError forbidden, conflict (its address is taken), unprocessable (the test found something bad)
 */
export async function attachRegistry(
  scope: WorkspaceScope,
  input: ConnectionInput & { name: string },
): Promise<RegistryDto> {
  const wanted = wantedConnection(scope, input);
  const address = parseRegistryUrl(wanted.url);
  const connection = address.ok ? { ...wanted, url: address.url } : wanted;
  const report = await requireAttachable(connection, null);
  const registryId = newId("reg");
  const workspaceId = input.isPlatformWide ? null : scope.workspaceId;
  const { kind, url, auth, username, password, storageRoot, bucket } = connection;
  try {
    await prisma().$transaction(async (tx) => {
      await keepWorkspace(tx, scope.workspaceId);
      await insertRegistry(tx, {
        ...{ id: registryId, workspaceId, name: input.name, kind, url, auth, username, storageRoot },
        passwordEncrypted: password === null ? null : encryptSecret(password),
        ...bucketRow(bucket),
        createdByName: scope.actor.name,
        findings: report,
        health: "healthy",
        healthCheckedAt: new Date(),
        healthLatencyMs: report.latencyMs,
      });
      await recordAudit(tx, {
        workspaceId,
        actor: scope.actor,
        action: "registries.attach",
        resourceType: "registry",
        resourceId: registryId,
        data: { name: input.name, url, auth },
      });
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw alreadyAttached();
    throw error;
  }
  return getRegistry(scope, { registryId });
}
