import { getCrawl as getCrawlOperation } from "@/contracts/crawls";
import { getCrawl } from "@/server/images/get-crawl";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(getCrawlOperation, (scope, { params }) => getCrawl(scope, params));
