import type { Metadata } from "next";
import { BinPage } from "@/components/recycle-bin/bin-page";
import { PageHeader } from "@/components/ui/page-header";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Recycle bin" };

/** The recycle bins of all registry spaces of a workspace. */
export default async function WorkspaceRecycleBinPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <>
      <PageHeader
        title="Recycle bin"
        description="What was recycled in any registry space and can still be restored."
      />
      <BinPage workspaceId={workspace.id} workspaceSlug={workspace.slug} spaceId={null} permissions={permissions} />
    </>
  );
}
