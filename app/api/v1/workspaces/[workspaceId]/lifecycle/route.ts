import { getLifecycle as getLifecycleOperation, setLifecycle as setLifecycleOperation } from "@/contracts/lifecycle";
import { getLifecycle } from "@/server/lifecycle/get-lifecycle";
import { setLifecycle } from "@/server/lifecycle/set-lifecycle";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(getLifecycleOperation, (scope) => getLifecycle(scope));
export const PUT = workspaceRoute(setLifecycleOperation, (scope, { body }) => setLifecycle(scope, body));
