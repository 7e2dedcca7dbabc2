import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { isPlatformAdmin } from "@/server/registries/platform-admin";
import { listOtherWorkspaces } from "./binding.store";

/**
 * Workspaces that a space may be bound to by who asks: those that they are a member of too, so that nobody learns of others or hands
 * them anything; for a platform admin all.
 */
export function listBindableWorkspaces(scope: WorkspaceScope): Promise<{ id: string; slug: string; name: string }[]> {
  if (scope.actor.kind !== "user") return Promise.resolve([]);
  return listOtherWorkspaces(isPlatformAdmin(scope) ? null : scope.actor.userId, scope.workspaceId);
}
