import { getImageConfig as getImageConfigOperation } from "@/contracts/image-details";
import { getImageConfig } from "@/server/images/get-image-config";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(getImageConfigOperation, (scope, { params, query }) =>
  getImageConfig(scope, { ...params, ...query }),
);
