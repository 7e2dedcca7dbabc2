import { PERMISSIONS, type Permission } from "@/domain/access/permissions";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listSpaces } from "@/server/spaces/list-spaces";
import { findWorkspace, sumFreedBytes } from "./workspace.store";

/** A workspace in numbers, and what the caller may do in it. @throws AppError not_found */
export async function getWorkspace(scope: WorkspaceScope) {
  const workspace = await findWorkspace(scope.workspaceId);
  if (!workspace || !scope.role) throw notFound();
  const [readable, freedBytes] = await Promise.all([listSpaces(scope, {}), sumFreedBytes(scope.workspaceId)]);
  // What belongs to others and may only be read here is counted there.
  const spaces = readable.items.filter((space) => space.access === "owner");
  const sum = (read: (space: (typeof spaces)[number]) => number) =>
    spaces.reduce((total, space) => total + read(space), 0);
  return {
    ...workspace,
    role: scope.role,
    permissions: (Object.keys(PERMISSIONS) as Permission[]).filter((permission) => scope.can(permission)),
    spaceCount: spaces.length,
    imageCount: sum((space) => space.imageCount),
    tagCount: sum((space) => space.tagCount),
    storedBytes: sum((space) => space.storedBytes),
    isStoredAbout: spaces.some((space) => space.isStoredAbout),
    binEntryCount: sum((space) => space.binEntryCount),
    binBytes: sum((space) => space.binBytes),
    freedBytes,
  };
}
