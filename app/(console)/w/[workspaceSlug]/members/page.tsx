import type { Metadata } from "next";
import { MembersPage } from "@/components/members/members-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Members" };

export default async function WorkspaceMembersPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { me, workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <MembersPage
      workspaceId={workspace.id}
      workspaceName={workspace.name}
      ownUserId={me.user.id}
      ownRole={workspace.role}
      canManage={permissions.includes("members.write")}
    />
  );
}
