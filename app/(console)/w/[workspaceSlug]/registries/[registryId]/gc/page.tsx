import type { Metadata } from "next";
import { RegistryGcPage } from "@/components/gc/registry-gc-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Garbage collection" };

export default async function WorkspaceRegistryGcPage({
  params,
}: {
  params: Promise<{ workspaceSlug: string; registryId: string }>;
}) {
  const { workspaceSlug, registryId } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <RegistryGcPage
      workspaceId={workspace.id}
      workspaceSlug={workspace.slug}
      registryId={registryId}
      permissions={permissions}
    />
  );
}
