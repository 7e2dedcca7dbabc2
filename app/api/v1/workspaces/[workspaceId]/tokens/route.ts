import {
  createWorkspaceToken as createWorkspaceTokenOperation,
  listWorkspaceTokens as listWorkspaceTokensOperation,
} from "@/contracts/tokens";
import { createWorkspaceToken } from "@/server/access/create-workspace-token";
import { listWorkspaceTokens } from "@/server/access/list-workspace-tokens";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listWorkspaceTokensOperation, (scope) => listWorkspaceTokens(scope));
export const POST = workspaceRoute(createWorkspaceTokenOperation, (scope, { body }) =>
  createWorkspaceToken(scope, body),
);
