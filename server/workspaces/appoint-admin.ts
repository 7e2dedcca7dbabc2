import { appointFirstAdmin } from "@/server/access/appoint-first-admin";
import { holdWorkspace } from "@/server/access/hold-workspace";
import { requirePlatformAdmin } from "@/server/access/require-person";
import { AppError, notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import type { WorkspaceWithAdmin } from "./create-workspace";
import { listWorkspaceRows } from "./platform-workspace.store";
import { platformWorkspaceDto } from "./platform-workspace-dto";

/**
 * Gives a workspace an admin, where it has none who can sign in any more. Not otherwise: a platform admin is not to let themselves in where
 * somebody is at home.
 * @throws AppError forbidden; not_found; conflict where it has an admin
 */
export async function appointAdmin(
  actor: Actor,
  { workspaceId, email }: { workspaceId: string; email: string },
): Promise<WorkspaceWithAdmin> {
  requirePlatformAdmin(actor, "appoint admins of workspaces");
  return prisma().$transaction(async (tx) => {
    await holdWorkspace(tx, workspaceId);
    const [before] = await listWorkspaceRows(tx, workspaceId);
    if (!before) throw notFound();
    const [present] = before.members;
    if (present)
      throw new AppError("conflict", `${present.user.name} is an admin of ${before.name} and can add others there.`);
    const admin = await appointFirstAdmin(tx, actor, { workspaceId, email });
    const [after] = await listWorkspaceRows(tx, workspaceId);
    if (!after) throw notFound();
    return { workspace: platformWorkspaceDto(after), admin };
  });
}
