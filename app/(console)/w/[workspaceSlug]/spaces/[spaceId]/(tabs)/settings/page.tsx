import type { Metadata } from "next";
import { SpaceSettingsPage } from "@/components/spaces/space-settings-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Settings" };

export default async function SpaceSettingsTab({
  params,
}: {
  params: Promise<{ workspaceSlug: string; spaceId: string }>;
}) {
  const { workspaceSlug, spaceId } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <SpaceSettingsPage
      workspaceId={workspace.id}
      workspaceSlug={workspace.slug}
      spaceId={spaceId}
      permissions={permissions}
    />
  );
}
