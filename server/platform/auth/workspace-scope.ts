import { type Permission, type Role, roleCan } from "@/domain/access/permissions";
import { AppError, notFound } from "../app-error";
import { findRole } from "./access.store";
import type { Actor } from "./actor";

declare const scopeBrand: unique symbol;

/**
 * Proof that an actor may act in a workspace: the one door to tenant data. Only `openScope` and `systemScope` make one,
 * and every use case and every store takes it (or its workspaceId) first.
 */
export interface WorkspaceScope {
  readonly [scopeBrand]: true;
  readonly workspaceId: string;
  readonly actor: Actor;
  /** null for the system */
  readonly role: Role | null;
  can(permission: Permission): boolean;
}

/**
 * Opens a workspace for a signed-in person.
 * @throws AppError not_found when they are no member, or it does not exist: both answer alike
 */
export async function openScope(actor: Actor, workspaceId: string): Promise<WorkspaceScope> {
  if (actor.kind !== "user") throw notFound();
  const role = await findRole(workspaceId, actor.userId);
  if (!role) throw notFound();
  return { workspaceId, actor, role, can: (permission: Permission) => roleCan(role, permission) } as WorkspaceScope;
}

/** The scope of the worker: a run was authorised when it was requested, and is recorded under who asked for it. */
export function systemScope(workspaceId: string, options: { name: string }): WorkspaceScope {
  return {
    workspaceId,
    actor: { kind: "system", name: options.name },
    role: null,
    can: () => true,
  } as unknown as WorkspaceScope;
}

/** @throws AppError forbidden, with a sentence that names who may */
export function requirePermission(scope: WorkspaceScope, permission: Permission): void {
  if (!scope.can(permission)) {
    throw new AppError(
      "forbidden",
      `Your role in this workspace (${scope.role ?? "none"}) does not allow this. Ask a workspace admin.`,
    );
  }
}
