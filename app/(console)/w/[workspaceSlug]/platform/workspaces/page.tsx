import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { WorkspacesPage } from "@/components/platform/workspaces-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Workspaces" };

export default async function PlatformWorkspacesPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { me } = await requirePageWorkspace(workspaceSlug);
  if (!me.user.isPlatformAdmin) notFound();
  return <WorkspacesPage />;
}
