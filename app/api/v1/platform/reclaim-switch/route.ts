import { getReclaimSwitch as getReclaimSwitchOperation } from "@/contracts/platform";
import { signedInRoute } from "@/server/platform/http/route";
import { getReclaimSwitch } from "@/server/platform-settings/get-reclaim-switch";

export const GET = signedInRoute(getReclaimSwitchOperation, (actor) => getReclaimSwitch(actor));
