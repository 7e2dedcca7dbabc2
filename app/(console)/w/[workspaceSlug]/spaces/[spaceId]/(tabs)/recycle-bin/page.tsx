import type { Metadata } from "next";
import { BinPage } from "@/components/recycle-bin/bin-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Recycle bin" };

export default async function SpaceRecycleBinTab({
  params,
}: {
  params: Promise<{ workspaceSlug: string; spaceId: string }>;
}) {
  const { workspaceSlug, spaceId } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <BinPage workspaceId={workspace.id} workspaceSlug={workspace.slug} spaceId={spaceId} permissions={permissions} />
  );
}
