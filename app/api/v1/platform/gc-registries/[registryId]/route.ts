import { setGcEnablement as setGcEnablementOperation } from "@/contracts/gc-settings";
import { setGcEnablement } from "@/server/gc/set-gc-enablement";
import { signedInRoute } from "@/server/platform/http/route";

export const PUT = signedInRoute(setGcEnablementOperation, (actor, { params, body }) =>
  setGcEnablement(actor, { ...params, ...body }),
);
