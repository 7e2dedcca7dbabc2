import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { UsersPage } from "@/components/platform/users-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Users" };

export default async function PlatformUsersPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { me } = await requirePageWorkspace(workspaceSlug);
  if (!me.user.isPlatformAdmin) notFound();
  return <UsersPage ownUserId={me.user.id} />;
}
