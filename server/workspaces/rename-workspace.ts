import type { PlatformWorkspaceDto } from "@/contracts/platform-people";
import { recordAudit } from "@/server/access/record-audit";
import { requirePlatformAdmin } from "@/server/access/require-person";
import { notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { listWorkspaceRows, updateWorkspaceName } from "./platform-workspace.store";
import { platformWorkspaceDto } from "./platform-workspace-dto";

/** Renames a workspace; its address stays. @throws AppError forbidden; not_found */
export async function renameWorkspace(
  actor: Actor,
  { workspaceId, name }: { workspaceId: string; name: string },
): Promise<PlatformWorkspaceDto> {
  requirePlatformAdmin(actor, "rename workspaces");
  return prisma().$transaction(async (tx) => {
    const [before] = await listWorkspaceRows(tx, workspaceId);
    if (!before) throw notFound();
    await updateWorkspaceName(tx, workspaceId, name);
    await recordAudit(tx, {
      ...{ actor, action: "workspace.renamed", workspaceId, before: { name: before.name }, after: { name } },
      target: { kind: "workspace", id: workspaceId, name },
    });
    return platformWorkspaceDto({ ...before, name });
  });
}
