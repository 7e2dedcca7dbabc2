import { endSessions as endSessionsOperation } from "@/contracts/account";
import { endSessions } from "@/server/access/end-sessions";
import { signedInRoute } from "@/server/platform/http/route";

export const POST = signedInRoute(endSessionsOperation, (actor, { body }) => endSessions(actor, body));
