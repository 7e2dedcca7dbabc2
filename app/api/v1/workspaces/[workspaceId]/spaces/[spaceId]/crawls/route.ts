import { listCrawls as listCrawlsOperation } from "@/contracts/crawls";
import { listCrawls } from "@/server/images/list-crawls";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listCrawlsOperation, (scope, { params, query }) =>
  listCrawls(scope, { ...params, ...query }),
);
