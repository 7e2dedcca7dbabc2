import { revokeMyToken as revokeMyTokenOperation } from "@/contracts/tokens";
import { revokeMyToken } from "@/server/access/revoke-my-token";
import { signedInRoute } from "@/server/platform/http/route";

export const DELETE = signedInRoute(revokeMyTokenOperation, (actor, { params, query }) =>
  revokeMyToken(actor, { tokenId: params.tokenId, keepMade: query.keepMade === "true" }),
);
