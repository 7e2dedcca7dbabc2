import { downloadRunItems as downloadRunItemsOperation } from "@/contracts/run-items";
import { downloadRunItems } from "@/server/history/download-run-items";
import { workspaceFileRoute } from "@/server/platform/http/route";

export const GET = workspaceFileRoute(downloadRunItemsOperation, (scope, { params, query }, facts) =>
  downloadRunItems(scope, { ...params, ...query }, facts),
);
