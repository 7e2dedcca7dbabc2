import { revokeInvitation as revokeInvitationOperation } from "@/contracts/members";
import { revokeInvitation } from "@/server/access/revoke-invitation";
import { workspaceRoute } from "@/server/platform/http/route";

export const DELETE = workspaceRoute(revokeInvitationOperation, (scope, { params }) =>
  revokeInvitation(scope, params.invitationId),
);
