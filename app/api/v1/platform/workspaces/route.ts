import {
  createWorkspace as createWorkspaceOperation,
  listWorkspaces as listWorkspacesOperation,
} from "@/contracts/platform-people";
import { signedInRoute } from "@/server/platform/http/route";
import { createWorkspace } from "@/server/workspaces/create-workspace";
import { listWorkspaces } from "@/server/workspaces/list-workspaces";

export const GET = signedInRoute(listWorkspacesOperation, (actor) => listWorkspaces(actor));
export const POST = signedInRoute(createWorkspaceOperation, (actor, { body }) => createWorkspace(actor, body));
