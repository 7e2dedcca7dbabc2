import { listBinEntries as listBinEntriesOperation } from "@/contracts/recycle-bin";
import { workspaceRoute } from "@/server/platform/http/route";
import { listBinEntries } from "@/server/recycle-bin/list-bin-entries";

export const GET = workspaceRoute(listBinEntriesOperation, (scope, { params, query }) =>
  listBinEntries(scope, { ...params, ...query }),
);
