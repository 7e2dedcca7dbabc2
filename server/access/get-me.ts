import { lesserRole } from "@/domain/access/lesser-role";
import type { Role } from "@/domain/access/permissions";
import { notFound } from "@/server/platform/app-error";
import { listMemberships } from "@/server/platform/auth/access.store";
import type { Actor } from "@/server/platform/auth/actor";
import { findTokenWorkspace } from "./api-token.store";

/** Who is signed in, or which token asks, and the workspaces that are open to them with the role that they have there. */
export async function getMe(actor: Actor) {
  if (actor.kind === "system") throw notFound();
  const token = actor.token && { ...actor.token, spaceIds: actor.token.spaceIds && [...actor.token.spaceIds] };
  if (actor.kind === "robot") {
    const workspace = await findTokenWorkspace(actor.workspaceId);
    const user = { id: actor.tokenId, email: "", name: actor.name, isPlatformAdmin: false };
    return { user, workspaces: workspace ? [{ ...workspace, role: actor.token.role }] : [], token };
  }
  const { userId: id, email, name, isPlatformAdmin } = actor;
  const workspaces = await listMemberships(id);
  const open = workspaces.filter((one) => !token || token.workspaceId === null || token.workspaceId === one.id);
  const roleOf = (role: Role) => (token ? lesserRole(role, token.role) : role);
  return {
    user: { id, email, name, isPlatformAdmin },
    workspaces: open.map((one) => ({ ...one, role: roleOf(one.role) })),
    token,
  };
}
