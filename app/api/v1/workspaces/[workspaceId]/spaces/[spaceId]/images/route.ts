import { listImages as listImagesOperation } from "@/contracts/images";
import { listImages } from "@/server/images/list-images";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listImagesOperation, (scope, { params, query }) =>
  listImages(scope, { ...params, ...query }),
);
