import type { PlatformWorkspaceDto } from "@/contracts/platform-people";
import { appointFirstAdmin } from "@/server/access/appoint-first-admin";
import { recordAudit } from "@/server/access/record-audit";
import { requirePlatformAdmin } from "@/server/access/require-person";
import { AppError, notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { insertWorkspace, listWorkspaceRows } from "./platform-workspace.store";
import { platformWorkspaceDto } from "./platform-workspace-dto";

export interface WorkspaceWithAdmin {
  workspace: PlatformWorkspaceDto;
  admin: { email: string; invitationLink: string | null };
}

/** Makes a workspace with its first admin; whoever makes it is no member of it. @throws AppError forbidden; conflict for a taken address */
export async function createWorkspace(
  actor: Actor,
  input: { name: string; slug: string; adminEmail: string },
): Promise<WorkspaceWithAdmin> {
  requirePlatformAdmin(actor, "make workspaces");
  const { name, slug, adminEmail } = input;
  const id = newId("ws");
  try {
    return await prisma().$transaction(async (tx) => {
      await insertWorkspace(tx, { id, slug, name });
      await recordAudit(tx, {
        ...{ actor, action: "workspace.created", workspaceId: id, after: { name, slug } },
        target: { kind: "workspace", id, name },
      });
      const admin = await appointFirstAdmin(tx, actor, { workspaceId: id, email: adminEmail });
      const [row] = await listWorkspaceRows(tx, id);
      if (!row) throw notFound();
      return { workspace: platformWorkspaceDto(row), admin };
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError("conflict", `There is a workspace at /w/${slug} already.`);
    throw error;
  }
}
