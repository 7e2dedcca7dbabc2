import type { Metadata } from "next";
import { GcPage } from "@/components/gc/gc-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Garbage collection" };

export default async function SpaceGcTab({ params }: { params: Promise<{ workspaceSlug: string; spaceId: string }> }) {
  const { workspaceSlug, spaceId } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <GcPage workspaceId={workspace.id} workspaceSlug={workspace.slug} target={{ spaceId }} permissions={permissions} />
  );
}
