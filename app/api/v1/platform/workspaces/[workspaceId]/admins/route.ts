import { appointAdmin as appointAdminOperation } from "@/contracts/platform-people";
import { signedInRoute } from "@/server/platform/http/route";
import { appointAdmin } from "@/server/workspaces/appoint-admin";

export const POST = signedInRoute(appointAdminOperation, (actor, { params, body }) =>
  appointAdmin(actor, { ...params, ...body }),
);
