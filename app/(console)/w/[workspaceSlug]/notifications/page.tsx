import { LockKeyhole } from "lucide-react";
import type { Metadata } from "next";
import { NotificationsPage } from "@/components/notifications/notifications-page";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Notifications" };

export default async function WorkspaceNotificationsPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  if (!permissions.includes("notifications.read")) {
    return (
      <>
        <PageHeader title="Notifications" />
        <EmptyState
          icon={<LockKeyhole />}
          title="Only workspace admins and editors can see notifications"
          description="Addresses that notifications go to are not shown to viewers."
        />
      </>
    );
  }
  return <NotificationsPage workspaceId={workspace.id} mayWrite={permissions.includes("notifications.write")} />;
}
