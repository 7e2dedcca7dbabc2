import type { Metadata } from "next";
import { AuditPage } from "@/components/audit/audit-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Audit" };

export default async function WorkspaceAuditPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return <AuditPage workspaceId={workspace.id} isAllowed={permissions.includes("audit.read")} />;
}
