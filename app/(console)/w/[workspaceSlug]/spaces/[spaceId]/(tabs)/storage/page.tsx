import type { Metadata } from "next";
import { StoragePage } from "@/components/storage/storage-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Storage" };

export default async function SpaceStorageTab({
  params,
}: {
  params: Promise<{ workspaceSlug: string; spaceId: string }>;
}) {
  const { workspaceSlug, spaceId } = await params;
  const { workspace } = await requirePageWorkspace(workspaceSlug);
  return <StoragePage workspaceId={workspace.id} workspaceSlug={workspace.slug} spaceId={spaceId} />;
}
