import { allowReclaims as allowReclaimsOperation } from "@/contracts/platform";
import { signedInRoute } from "@/server/platform/http/route";
import { allowReclaims } from "@/server/platform-settings/allow-reclaims";

export const POST = signedInRoute(allowReclaimsOperation, (actor) => allowReclaims(actor));
