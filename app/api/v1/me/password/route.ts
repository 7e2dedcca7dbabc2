import { changePassword as changePasswordOperation } from "@/contracts/account";
import { changePassword } from "@/server/access/change-password";
import { signedInRoute } from "@/server/platform/http/route";

export const POST = signedInRoute(changePasswordOperation, (actor, { body }) => changePassword(actor, body));
