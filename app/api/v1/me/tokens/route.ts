import { createMyToken as createMyTokenOperation, listMyTokens as listMyTokensOperation } from "@/contracts/tokens";
import { createMyToken } from "@/server/access/create-my-token";
import { listMyTokens } from "@/server/access/list-my-tokens";
import { signedInRoute } from "@/server/platform/http/route";

export const GET = signedInRoute(listMyTokensOperation, (actor) => listMyTokens(actor));
// A command line signs in so: the password is sent once, and what it keeps is a token.
export const POST = signedInRoute(createMyTokenOperation, (actor, { body }) => createMyToken(actor, body), {
  acceptsBasic: true,
});
