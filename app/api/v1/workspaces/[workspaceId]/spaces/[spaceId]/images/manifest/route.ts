import { getImageManifest as getImageManifestOperation } from "@/contracts/image-details";
import { getImageManifest } from "@/server/images/get-image-manifest";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(getImageManifestOperation, (scope, { params, query }) =>
  getImageManifest(scope, { ...params, ...query }),
);
