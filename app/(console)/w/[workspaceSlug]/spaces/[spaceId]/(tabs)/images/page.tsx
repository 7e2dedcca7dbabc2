import type { Metadata } from "next";
import { ImagesPage } from "@/components/images/images-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Images" };

export default async function SpaceImagesTab({
  params,
}: {
  params: Promise<{ workspaceSlug: string; spaceId: string }>;
}) {
  const { workspaceSlug, spaceId } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <ImagesPage workspaceId={workspace.id} workspaceSlug={workspace.slug} spaceId={spaceId} permissions={permissions} />
  );
}
