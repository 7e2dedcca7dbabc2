import { startRestore as startRestoreOperation } from "@/contracts/recycle-bin";
import { workspaceRoute } from "@/server/platform/http/route";
import { startRestore } from "@/server/recycle-bin/start-restore";

export const POST = workspaceRoute(startRestoreOperation, (scope, { params, body }) =>
  startRestore(scope, { ...params, ...body }),
);
