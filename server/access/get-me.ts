import { notFound } from "@/server/platform/app-error";
import { listMemberships } from "@/server/platform/auth/access.store";
import type { Actor } from "@/server/platform/auth/actor";

/** Who is signed in, and the workspaces they are a member of. */
export async function getMe(actor: Actor) {
  if (actor.kind !== "user") throw notFound();
  const { userId: id, email, name, isPlatformAdmin } = actor;
  return { user: { id, email, name, isPlatformAdmin }, workspaces: await listMemberships(id) };
}
