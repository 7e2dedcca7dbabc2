import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { AuditLog } from "@/components/audit/audit-log";
import { Section } from "@/components/ui/section";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Audit of the platform" };

export default async function PlatformAuditPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { me } = await requirePageWorkspace(workspaceSlug);
  if (!me.user.isPlatformAdmin) notFound();
  return (
    <Section
      title="Audit"
      description="People, members, tokens, workspaces, registries and the platform’s own settings; failed sign-ins and requests that were refused outside of a workspace. What tenants do with their images is in their own logs."
    >
      <AuditLog workspaceId={null} />
    </Section>
  );
}
