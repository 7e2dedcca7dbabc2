import { giveUpBinEntry as giveUpBinEntryOperation } from "@/contracts/recycle-bin";
import { workspaceRoute } from "@/server/platform/http/route";
import { giveUpBinEntry } from "@/server/recycle-bin/give-up-bin-entry";

export const POST = workspaceRoute(giveUpBinEntryOperation, (scope, { params }) => giveUpBinEntry(scope, params));
