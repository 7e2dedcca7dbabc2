import {
  createInvitation as createInvitationOperation,
  listInvitations as listInvitationsOperation,
} from "@/contracts/members";
import { createInvitation } from "@/server/access/create-invitation";
import { listInvitations } from "@/server/access/list-invitations";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listInvitationsOperation, (scope) => listInvitations(scope));
export const POST = workspaceRoute(createInvitationOperation, (scope, { body }) => createInvitation(scope, body));
