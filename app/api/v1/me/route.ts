import { getMe as getMeOperation } from "@/contracts/access";
import { updateMe as updateMeOperation } from "@/contracts/account";
import { getMe } from "@/server/access/get-me";
import { updateMe } from "@/server/access/update-me";
import { signedInRoute } from "@/server/platform/http/route";

export const GET = signedInRoute(getMeOperation, (actor) => getMe(actor));
export const PATCH = signedInRoute(updateMeOperation, (actor, { body }) => updateMe(actor, body));
