import { createPasswordLink as createPasswordLinkOperation } from "@/contracts/platform-people";
import { createPasswordLink } from "@/server/access/create-password-link";
import { signedInRoute } from "@/server/platform/http/route";

export const POST = signedInRoute(createPasswordLinkOperation, (actor, { params }) =>
  createPasswordLink(actor, params.userId),
);
