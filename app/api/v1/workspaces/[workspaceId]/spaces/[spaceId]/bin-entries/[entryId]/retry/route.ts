import { retryBinEntry as retryBinEntryOperation } from "@/contracts/recycle-bin";
import { workspaceRoute } from "@/server/platform/http/route";
import { retryBinEntry } from "@/server/recycle-bin/retry-bin-entry";

export const POST = workspaceRoute(retryBinEntryOperation, (scope, { params }) => retryBinEntry(scope, params));
