import { lesserRole } from "@/domain/access/lesser-role";
import { type Permission, type Role, roleCan } from "@/domain/access/permissions";
import { AppError, notFound } from "../app-error";
import { findRole } from "./access.store";
import type { Actor } from "./actor";
import type { Identity } from "./identity";

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
  /** The only spaces that they may see, where they act through a token that is limited to some; null = all of the workspace. */
  readonly spaceIds: readonly string[] | null;
  can(permission: Permission): boolean;
}

/**
 * Opens a workspace for whoever asks: a member, through a token or not, or a token of that workspace.
 * @throws AppError not_found when they are no member, their token is of another workspace, or it does not exist: all answer alike
 */
export async function openScope(actor: Actor, workspaceId: string): Promise<WorkspaceScope> {
  const memberRole = actor.kind === "user" ? await findRole(workspaceId, actor.userId) : null;
  return scopeOfIdentity({ actor, workspaceId, memberRole });
}

/** As `openScope`, for who was identified together with their role in the workspace. */
export function scopeOfIdentity({ actor, workspaceId, memberRole }: Identity): WorkspaceScope {
  const token = actor.kind === "system" ? null : actor.token;
  const isElsewhere = token !== null && token.workspaceId !== null && token.workspaceId !== workspaceId;
  if (workspaceId === null || actor.kind === "system" || isElsewhere) throw notFound();
  const ownRole = actor.kind === "robot" ? actor.token.role : memberRole;
  if (ownRole === null) throw notFound();
  const role = token === null ? ownRole : lesserRole(ownRole, token.role);
  return {
    ...{ workspaceId, actor, role, spaceIds: token?.spaceIds ?? null },
    can: (permission: Permission) => roleCan(role, permission),
  } as WorkspaceScope;
}

/** Whether a scope reaches a space of its workspace: not where it acts through a token of other spaces. */
export function reachesSpace(scope: WorkspaceScope, spaceId: string): boolean {
  return scope.spaceIds === null || scope.spaceIds.includes(spaceId);
}

/** The scope of the worker: a run was authorised when it was requested, and is recorded under who asked for it. */
export function systemScope(workspaceId: string, options: { name: string }): WorkspaceScope {
  return {
    workspaceId,
    actor: { kind: "system", name: options.name },
    role: null,
    spaceIds: null,
    can: () => true,
  } as unknown as WorkspaceScope;
}

/** @throws AppError forbidden, with a sentence that names who may */
export function requirePermission(scope: WorkspaceScope, permission: Permission): void {
  if (scope.can(permission)) return;
  const role = scope.role ?? "none";
  const isToken = scope.actor.kind !== "system" && scope.actor.token !== null;
  throw new AppError(
    "forbidden",
    isToken
      ? `What this API token may do in this workspace (${role}) does not allow this. Use one with a higher role.`
      : `Your role in this workspace (${role}) does not allow this. Ask a workspace admin.`,
  );
}
