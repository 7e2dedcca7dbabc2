import { getImage as getImageOperation } from "@/contracts/image-details";
import { getImage } from "@/server/images/get-image";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(getImageOperation, (scope, { params, query }) =>
  getImage(scope, { ...params, ...query }),
);
