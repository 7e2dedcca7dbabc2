import { createSpace as createSpaceOperation, listSpaces as listSpacesOperation } from "@/contracts/spaces";
import { workspaceRoute } from "@/server/platform/http/route";
import { createSpace } from "@/server/spaces/create-space";
import { listSpaces } from "@/server/spaces/list-spaces";

export const GET = workspaceRoute(listSpacesOperation, (scope, { query }) => listSpaces(scope, query));
export const POST = workspaceRoute(createSpaceOperation, (scope, { body }) => createSpace(scope, body));
