import { listWorkspaceBinEntries } from "@/contracts/recycle-bin";
import { workspaceRoute } from "@/server/platform/http/route";
import { listBinEntries } from "@/server/recycle-bin/list-bin-entries";

export const GET = workspaceRoute(listWorkspaceBinEntries, (scope, { query }) => listBinEntries(scope, query));
