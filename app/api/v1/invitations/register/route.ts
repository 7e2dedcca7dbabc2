import { registerByInvitation as registerByInvitationOperation } from "@/contracts/account";
import { registerByInvitation } from "@/server/access/register-by-invitation";
import { publicRoute } from "@/server/platform/http/route";

export const POST = publicRoute(registerByInvitationOperation, ({ body }) => registerByInvitation(body));
