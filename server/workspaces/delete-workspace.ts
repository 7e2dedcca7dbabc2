import { closeInvitations } from "@/server/access/close-invitations";
import { holdWorkspace } from "@/server/access/hold-workspace";
import { recordAudit } from "@/server/access/record-audit";
import { requirePlatformAdmin } from "@/server/access/require-person";
import { AppError, notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { listWorkspaceRows, markWorkspaceRemoved } from "./platform-workspace.store";

/**
 * Deletes a workspace that owns nothing any more; what happened in it stays on record.
 * @throws AppError forbidden; not_found; conflict while it owns registry spaces or registries; unprocessable for another name than its own
 */
export async function deleteWorkspace(
  actor: Actor,
  { workspaceId, typedName }: { workspaceId: string; typedName: string },
): Promise<Record<string, never>> {
  requirePlatformAdmin(actor, "delete workspaces");
  await prisma().$transaction(async (tx) => {
    const workspace = await holdWorkspace(tx, workspaceId);
    const [row] = await listWorkspaceRows(tx, workspaceId);
    if (!row) throw notFound();
    const owned = [
      of(row._count.spaces, "registry space", "registry spaces"),
      of(row.registryCount, "registry", "registries"),
    ];
    const left = owned.filter((part) => part !== null).join(" and ");
    if (left !== "")
      throw new AppError("conflict", `${row.name} still owns ${left}. Its admins remove and detach these first.`);
    if (typedName !== row.name) throw new AppError("unprocessable", "The name that was typed is not the workspace's.");
    await closeInvitations(tx, workspaceId);
    await markWorkspaceRemoved(tx, workspace, actor.name);
    await recordAudit(tx, {
      ...{ actor, action: "workspace.deleted", workspaceId, before: { name: row.name, slug: row.slug } },
      target: { kind: "workspace", id: workspaceId, name: row.name },
    });
  });
  return {};
}

function of(count: number, one: string, several: string): string | null {
  return count === 0 ? null : `${count} ${count === 1 ? one : several}`;
}
