import { measureImages as measureImagesOperation } from "@/contracts/images";
import { measureImages } from "@/server/images/measure-images";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(measureImagesOperation, (scope, { params, body }) =>
  measureImages(scope, { ...params, ...body }),
);
