import type { GcEnablementDto } from "@/contracts/gc";
import { recordAudit } from "@/server/history/record-audit";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { findRegistry } from "@/server/registries/find-registry";
import { gcEnablement } from "./gc-enablement";
import { saveRequest } from "./gc-settings.store";

/**
 * Asks the platform's admins to enable collections of a registry; asking again changes the note. Does nothing where they are enabled.
 * @throws AppError not_found
 */
export async function requestGc(
  scope: WorkspaceScope,
  input: { registryId: string; note: string },
): Promise<GcEnablementDto> {
  const registry = await findRegistry(scope, input.registryId);
  if (!registry) throw notFound();
  if (!registry.gcEnabledAt) {
    const { workspaceId, actor } = scope;
    const { note } = input;
    await prisma().$transaction(async (tx) => {
      await saveRequest(tx, {
        ...{ registryId: registry.id, workspaceId, note },
        ...{ requestedByName: actor.name, requestedAt: new Date() },
      });
      await recordAudit(tx, {
        ...{ workspaceId, actor, action: "gc.request" },
        ...{ resourceType: "registry", resourceId: registry.id, data: { name: registry.name, note } },
      });
    });
  }
  return gcEnablement(scope, registry);
}
