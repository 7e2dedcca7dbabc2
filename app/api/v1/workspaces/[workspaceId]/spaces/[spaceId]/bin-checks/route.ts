import { checkBin as checkBinOperation } from "@/contracts/recycle-bin";
import { workspaceRoute } from "@/server/platform/http/route";
import { checkBin } from "@/server/recycle-bin/check-bin";

export const POST = workspaceRoute(checkBinOperation, (scope, { params }) => checkBin(scope, params));
