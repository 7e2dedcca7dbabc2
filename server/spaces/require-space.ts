import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findSpace, type SpaceRecord } from "./space.store";

/** The space, with its registry, if it is this workspace's. @throws AppError not_found for unknown and foreign alike */
export async function requireSpace(scope: WorkspaceScope, spaceId: string): Promise<SpaceRecord> {
  const space = await findSpace(scope.workspaceId, spaceId);
  if (!space) throw notFound();
  return space;
}
