import type { ReactNode } from "react";
import { SpaceFrame } from "@/components/spaces/space-frame";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

/** Head and tabs of a registry space, around each of its tabs. */
export default async function SpaceTabsLayout({
  params,
  children,
}: {
  params: Promise<{ workspaceSlug: string; spaceId: string }>;
  children: ReactNode;
}) {
  const { workspaceSlug, spaceId } = await params;
  const { me, workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <SpaceFrame
      workspaceId={workspace.id}
      workspaceSlug={workspace.slug}
      spaceId={spaceId}
      permissions={permissions}
      userEmail={me.user.email}
    >
      {children}
    </SpaceFrame>
  );
}
