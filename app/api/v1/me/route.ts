import { getMe as getMeOperation } from "@/contracts/access";
import { getMe } from "@/server/access/get-me";
import { signedInRoute } from "@/server/platform/http/route";

export const GET = signedInRoute(getMeOperation, (actor) => getMe(actor));
