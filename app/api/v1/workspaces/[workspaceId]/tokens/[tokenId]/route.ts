import { revokeWorkspaceToken as revokeWorkspaceTokenOperation } from "@/contracts/tokens";
import { revokeWorkspaceToken } from "@/server/access/revoke-workspace-token";
import { workspaceRoute } from "@/server/platform/http/route";

export const DELETE = workspaceRoute(revokeWorkspaceTokenOperation, (scope, { params, query }) =>
  revokeWorkspaceToken(scope, { tokenId: params.tokenId, keepMade: query.keepMade === "true" }),
);
