import { runLifecycle as runLifecycleOperation } from "@/contracts/lifecycle";
import { runLifecycle } from "@/server/lifecycle/run-lifecycle";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(runLifecycleOperation, (scope) => runLifecycle(scope));
