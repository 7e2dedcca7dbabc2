import type { Metadata } from "next";
import { RegistriesPage } from "@/components/registries/registries-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Registries" };

export default async function WorkspaceRegistriesPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { me, workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <RegistriesPage
      workspaceId={workspace.id}
      workspaceSlug={workspace.slug}
      workspaceName={workspace.name}
      permissions={permissions}
      isPlatformAdmin={me.user.isPlatformAdmin}
    />
  );
}
