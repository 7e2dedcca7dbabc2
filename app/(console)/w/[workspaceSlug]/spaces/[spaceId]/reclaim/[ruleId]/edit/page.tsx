import type { Metadata } from "next";
import { RuleWizardPage } from "@/components/rules/rule-wizard-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Edit reclaim rule" };

export default async function EditReclaimRulePage({
  params,
}: {
  params: Promise<{ workspaceSlug: string; spaceId: string; ruleId: string }>;
}) {
  const { workspaceSlug, spaceId, ruleId } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <RuleWizardPage
      key={ruleId}
      workspaceId={workspace.id}
      workspaceSlug={workspace.slug}
      spaceId={spaceId}
      ruleId={ruleId}
      permissions={permissions}
    />
  );
}
