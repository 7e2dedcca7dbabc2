import { updateUser as updateUserOperation } from "@/contracts/platform-people";
import { updateUser } from "@/server/access/update-user";
import { signedInRoute } from "@/server/platform/http/route";

export const PATCH = signedInRoute(updateUserOperation, (actor, { params, body }) =>
  updateUser(actor, { ...params, ...body }),
);
