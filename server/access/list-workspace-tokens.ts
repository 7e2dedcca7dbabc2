import type { ApiTokenDto } from "@/contracts/tokens";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listTokenRows } from "./api-token.store";
import { apiTokenDto } from "./api-token-dto";

/** The workspace's own tokens, newest first. */
export async function listWorkspaceTokens(scope: WorkspaceScope): Promise<{ items: ApiTokenDto[] }> {
  const rows = await listTokenRows({ workspaceId: scope.workspaceId });
  return { items: rows.map(apiTokenDto) };
}
