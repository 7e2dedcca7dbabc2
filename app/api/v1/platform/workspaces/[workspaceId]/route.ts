import {
  deleteWorkspace as deleteWorkspaceOperation,
  renameWorkspace as renameWorkspaceOperation,
} from "@/contracts/platform-people";
import { signedInRoute } from "@/server/platform/http/route";
import { deleteWorkspace } from "@/server/workspaces/delete-workspace";
import { renameWorkspace } from "@/server/workspaces/rename-workspace";

export const PATCH = signedInRoute(renameWorkspaceOperation, (actor, { params, body }) =>
  renameWorkspace(actor, { ...params, ...body }),
);
export const DELETE = signedInRoute(deleteWorkspaceOperation, (actor, { params, query }) =>
  deleteWorkspace(actor, { ...params, ...query }),
);
