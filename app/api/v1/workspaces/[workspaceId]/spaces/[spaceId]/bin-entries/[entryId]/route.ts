import { getBinEntry as getBinEntryOperation } from "@/contracts/recycle-bin";
import { workspaceRoute } from "@/server/platform/http/route";
import { getBinEntry } from "@/server/recycle-bin/get-bin-entry";

export const GET = workspaceRoute(getBinEntryOperation, (scope, { params }) => getBinEntry(scope, params));
