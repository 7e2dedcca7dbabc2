import { listSessions as listSessionsOperation } from "@/contracts/account";
import { listSessions } from "@/server/access/list-sessions";
import { signedInRoute } from "@/server/platform/http/route";

export const GET = signedInRoute(listSessionsOperation, (actor) => listSessions(actor));
