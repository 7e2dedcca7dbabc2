import { listBinFacets as listBinFacetsOperation } from "@/contracts/recycle-bin";
import { workspaceRoute } from "@/server/platform/http/route";
import { listBinFacets } from "@/server/recycle-bin/list-bin-facets";

export const GET = workspaceRoute(listBinFacetsOperation, (scope, { query }) => listBinFacets(scope, query));
