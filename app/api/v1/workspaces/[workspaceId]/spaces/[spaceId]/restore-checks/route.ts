import { checkRestore as checkRestoreOperation } from "@/contracts/recycle-bin";
import { workspaceRoute } from "@/server/platform/http/route";
import { checkRestore } from "@/server/recycle-bin/check-restore";

export const POST = workspaceRoute(checkRestoreOperation, (scope, { params, body }) =>
  checkRestore(scope, { ...params, ...body }),
);
