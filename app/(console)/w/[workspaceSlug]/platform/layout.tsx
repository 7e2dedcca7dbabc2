import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { PlatformFrame } from "@/components/platform/platform-frame";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

/** Head and tabs of the platform's pages. */
export default async function PlatformLayout({
  params,
  children,
}: {
  params: Promise<{ workspaceSlug: string }>;
  children: ReactNode;
}) {
  const { workspaceSlug } = await params;
  const { me, workspace } = await requirePageWorkspace(workspaceSlug);
  if (!me.user.isPlatformAdmin) notFound();
  return <PlatformFrame workspaceSlug={workspace.slug}>{children}</PlatformFrame>;
}
