import type { Metadata } from "next";
import { HistoryPage } from "@/components/history/history-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "History" };

export default async function SpaceHistoryTab({
  params,
}: {
  params: Promise<{ workspaceSlug: string; spaceId: string }>;
}) {
  const { workspaceSlug, spaceId } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <HistoryPage
      workspaceId={workspace.id}
      workspaceSlug={workspace.slug}
      spaceId={spaceId}
      permissions={permissions}
    />
  );
}
