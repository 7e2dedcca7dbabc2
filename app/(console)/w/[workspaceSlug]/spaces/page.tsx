import type { Metadata } from "next";
import { SpacesPage } from "@/components/spaces/spaces-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Registry spaces" };

export default async function WorkspaceSpacesPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return <SpacesPage workspaceId={workspace.id} workspaceSlug={workspace.slug} permissions={permissions} />;
}
