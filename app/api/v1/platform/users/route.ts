import { createUser as createUserOperation, listUsers as listUsersOperation } from "@/contracts/platform-people";
import { createUser } from "@/server/access/create-user";
import { listUsers } from "@/server/access/list-users";
import { signedInRoute } from "@/server/platform/http/route";

export const GET = signedInRoute(listUsersOperation, (actor, { query }) => listUsers(actor, query));
export const POST = signedInRoute(createUserOperation, (actor, { body }) => createUser(actor, body));
