import { listImagePulls as listImagePullsOperation } from "@/contracts/image-history";
import { listImagePulls } from "@/server/images/list-image-pulls";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listImagePullsOperation, (scope, { params, query }) =>
  listImagePulls(scope, { ...params, ...query }),
);
