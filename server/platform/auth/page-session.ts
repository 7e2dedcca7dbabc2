import { cookies } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { PERMISSIONS, type Permission, type Role, roleCan } from "@/domain/access/permissions";
import { listMemberships } from "./access.store";
import type { Actor } from "./actor";
import { authenticate } from "./authenticate";

export interface PageSession {
  actor: Extract<Actor, { kind: "user" }>;
  me: {
    user: { id: string; name: string; email: string; isPlatformAdmin: boolean };
    workspaces: { id: string; slug: string; name: string; role: Role }[];
  };
}

/** Who looks at this page, or null when nobody is signed in. */
export async function readPageSession(): Promise<PageSession | null> {
  const jar = await cookies();
  const actor = await authenticate((name) => jar.get(name)?.value);
  if (actor?.kind !== "user") return null;
  const { userId: id, name, email, isPlatformAdmin } = actor;
  return { actor, me: { user: { id, name, email, isPlatformAdmin }, workspaces: await listMemberships(id) } };
}

/** Who looks at this page; the signed-out go to the sign-in page. */
async function requirePageSession(): Promise<PageSession> {
  return (await readPageSession()) ?? redirect("/sign-in");
}

/** A page of a person, whatever workspace they belong to; the signed-out come back to `path` once they have signed in. */
export async function requirePagePerson(path: string): Promise<PageSession> {
  return (await readPageSession()) ?? redirect(`/sign-in?callbackUrl=${encodeURIComponent(path)}`);
}

/** A page of a workspace: its member's session, role and permissions. Unknown and foreign slugs are both "not found". */
export async function requirePageWorkspace(slug: string) {
  const session = await requirePageSession();
  const workspace = session.me.workspaces.find((candidate) => candidate.slug === slug);
  if (!workspace) notFound();
  const permissions = (Object.keys(PERMISSIONS) as Permission[]).filter((permission) =>
    roleCan(workspace.role, permission),
  );
  return { ...session, workspace, permissions };
}
