import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";

export function isPlatformAdmin(scope: WorkspaceScope): boolean {
  return scope.actor.kind === "user" && scope.actor.isPlatformAdmin;
}

/** @throws AppError forbidden, with what only a platform admin may do */
export function requirePlatformAdmin(scope: WorkspaceScope, what: string): void {
  if (!isPlatformAdmin(scope)) throw new AppError("forbidden", `Only a platform admin may ${what}.`);
}
