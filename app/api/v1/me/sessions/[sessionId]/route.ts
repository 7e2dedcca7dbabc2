import { endSession as endSessionOperation } from "@/contracts/account";
import { endSession } from "@/server/access/end-session";
import { signedInRoute } from "@/server/platform/http/route";

export const DELETE = signedInRoute(endSessionOperation, (actor, { params }) => endSession(actor, params.sessionId));
