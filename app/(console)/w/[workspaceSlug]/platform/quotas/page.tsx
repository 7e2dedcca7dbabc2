import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { QuotasPage } from "@/components/platform/quotas-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Tag quotas" };

export default async function PlatformQuotasPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { me } = await requirePageWorkspace(workspaceSlug);
  if (!me.user.isPlatformAdmin) notFound();
  return <QuotasPage />;
}
