import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ProtectRulesPage } from "@/components/platform/protect-rules-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Protect rules" };

export default async function PlatformProtectRulesPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { me } = await requirePageWorkspace(workspaceSlug);
  if (!me.user.isPlatformAdmin) notFound();
  return <ProtectRulesPage />;
}
