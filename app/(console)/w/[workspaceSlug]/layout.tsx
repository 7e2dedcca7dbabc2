import type { ReactNode } from "react";
import { ConsoleFrame } from "@/components/workspaces/console-frame";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

/** The frame of a workspace. Each page asks for the session itself: a layout is not rendered again on navigation. */
export default async function WorkspaceLayout({
  params,
  children,
}: {
  params: Promise<{ workspaceSlug: string }>;
  children: ReactNode;
}) {
  const { workspaceSlug } = await params;
  const { me, workspace } = await requirePageWorkspace(workspaceSlug);
  return (
    <ConsoleFrame
      user={{ name: me.user.name, email: me.user.email, isPlatformAdmin: me.user.isPlatformAdmin }}
      workspaces={me.workspaces.map(({ id, slug, name }) => ({ id, slug, name }))}
      workspaceId={workspace.id}
      workspaceSlug={workspace.slug}
    >
      {children}
    </ConsoleFrame>
  );
}
