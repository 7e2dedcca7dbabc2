import { getWorkspaceStorage as getWorkspaceStorageOperation } from "@/contracts/storage";
import { getWorkspaceStorage } from "@/server/images/get-workspace-storage";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(getWorkspaceStorageOperation, (scope) => getWorkspaceStorage(scope));
