import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ReclaimSwitchSection } from "@/components/platform/reclaim-switch-section";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Platform" };

export default async function WorkspacePlatformPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { me } = await requirePageWorkspace(workspaceSlug);
  if (!me.user.isPlatformAdmin) notFound();
  return <ReclaimSwitchSection />;
}
