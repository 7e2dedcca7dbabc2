import { summarizeBin as summarizeBinOperation } from "@/contracts/recycle-bin";
import { workspaceRoute } from "@/server/platform/http/route";
import { summarizeBin } from "@/server/recycle-bin/summarize-bin";

export const GET = workspaceRoute(summarizeBinOperation, (scope, { query }) => summarizeBin(scope, query));
