import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { GcRegistriesPage } from "@/components/platform/gc-registries-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Garbage collection" };

export default async function PlatformGcPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { me } = await requirePageWorkspace(workspaceSlug);
  if (!me.user.isPlatformAdmin) notFound();
  return <GcRegistriesPage />;
}
