import { stopAllReclaims as stopAllReclaimsOperation } from "@/contracts/platform";
import { signedInRoute } from "@/server/platform/http/route";
import { stopAllReclaims } from "@/server/platform-settings/stop-all-reclaims";

export const POST = signedInRoute(stopAllReclaimsOperation, (actor, { body }) => stopAllReclaims(actor, body));
