import type { Metadata } from "next";
import { RuleWizardPage } from "@/components/rules/rule-wizard-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Create Reclaim Rule" };

export default async function NewReclaimRulePage({
  params,
}: {
  params: Promise<{ workspaceSlug: string; spaceId: string }>;
}) {
  const { workspaceSlug, spaceId } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  return (
    <RuleWizardPage
      workspaceId={workspace.id}
      workspaceSlug={workspace.slug}
      spaceId={spaceId}
      ruleId={null}
      permissions={permissions}
    />
  );
}
