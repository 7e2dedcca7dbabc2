import { listRunFacets as listRunFacetsOperation } from "@/contracts/history";
import { listRunFacets } from "@/server/history/list-run-facets";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listRunFacetsOperation, (scope, { params }) => listRunFacets(scope, params));
