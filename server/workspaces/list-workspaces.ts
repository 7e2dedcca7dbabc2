import type { PlatformWorkspaceDto } from "@/contracts/platform-people";
import { requirePlatformAdmin } from "@/server/access/require-person";
import type { Actor } from "@/server/platform/auth/actor";
import { readWorkspaceRows } from "./platform-workspace.store";
import { platformWorkspaceDto } from "./platform-workspace-dto";

/** Every workspace, by name. @throws AppError forbidden */
export async function listWorkspaces(actor: Actor): Promise<{ items: PlatformWorkspaceDto[] }> {
  requirePlatformAdmin(actor, "see all workspaces");
  return { items: (await readWorkspaceRows()).map(platformWorkspaceDto) };
}
