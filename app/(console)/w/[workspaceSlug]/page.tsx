import type { Metadata } from "next";
import { OverviewPage } from "@/components/workspaces/overview-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Overview" };

export default async function WorkspacePage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <OverviewPage
      workspaceId={workspace.id}
      workspaceSlug={workspace.slug}
      workspaceName={workspace.name}
      permissions={permissions}
    />
  );
}
