import { listRepositories as listRepositoriesOperation } from "@/contracts/images";
import { listRepositories } from "@/server/images/list-repositories";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listRepositoriesOperation, (scope, { params, query }) =>
  listRepositories(scope, { ...params, ...query }),
);
