import type { Metadata } from "next";
import { ImagePage } from "@/components/images/image-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Image" };

/** The image is named in the query, `?repository=…&digest=…`: names of repositories have slashes in them. */
export default async function SpaceImagePage({
  params,
}: {
  params: Promise<{ workspaceSlug: string; spaceId: string }>;
}) {
  const { workspaceSlug, spaceId } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <ImagePage workspaceId={workspace.id} workspaceSlug={workspace.slug} spaceId={spaceId} permissions={permissions} />
  );
}
