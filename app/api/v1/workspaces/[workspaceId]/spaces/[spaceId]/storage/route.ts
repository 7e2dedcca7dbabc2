import { getSpaceStorage as getSpaceStorageOperation } from "@/contracts/storage";
import { getSpaceStorage } from "@/server/images/get-space-storage";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(getSpaceStorageOperation, (scope, { params }) => getSpaceStorage(scope, params));
