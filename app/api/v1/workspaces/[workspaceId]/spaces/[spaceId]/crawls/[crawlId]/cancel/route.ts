import { cancelCrawl as cancelCrawlOperation } from "@/contracts/crawls";
import { cancelCrawl } from "@/server/images/cancel-crawl";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(cancelCrawlOperation, (scope, { params }) => cancelCrawl(scope, params));
