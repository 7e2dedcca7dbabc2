import { acceptInvitation as acceptInvitationOperation } from "@/contracts/account";
import { acceptInvitation } from "@/server/access/accept-invitation";
import { signedInRoute } from "@/server/platform/http/route";

export const POST = signedInRoute(acceptInvitationOperation, (actor, { body }) => acceptInvitation(actor, body));
