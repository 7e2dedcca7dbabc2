import type { Metadata } from "next";
import { RunPage } from "@/components/history/run-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Run" };

export default async function SpaceRunPage({
  params,
}: {
  params: Promise<{ workspaceSlug: string; spaceId: string; runId: string }>;
}) {
  const { workspaceSlug, spaceId, runId } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <RunPage
      key={runId}
      workspaceId={workspace.id}
      workspaceSlug={workspace.slug}
      spaceId={spaceId}
      runId={runId}
      permissions={permissions}
    />
  );
}
