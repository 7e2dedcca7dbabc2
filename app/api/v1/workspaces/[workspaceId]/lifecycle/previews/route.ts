import { tryLifecycle as tryLifecycleOperation } from "@/contracts/lifecycle";
import { tryLifecycle } from "@/server/lifecycle/try-lifecycle";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(tryLifecycleOperation, (scope, { body }) => tryLifecycle(scope, body));
