import type { Metadata } from "next";
import { TokensPage } from "@/components/tokens/tokens-page";
import { requirePageWorkspace } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Tokens" };

export default async function WorkspaceTokensPage({ params }: { params: Promise<{ workspaceSlug: string }> }) {
  const { workspaceSlug } = await params;
  const { workspace, permissions } = await requirePageWorkspace(workspaceSlug);
  const { id, name, role } = workspace;
  return (
    <TokensPage
      places={{ kind: "workspace", workspace: { id, name, role } }}
      canChange={permissions.includes("tokens.write")}
    />
  );
}
