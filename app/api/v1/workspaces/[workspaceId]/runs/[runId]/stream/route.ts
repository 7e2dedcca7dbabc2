import { watchRun as watchRunOperation } from "@/contracts/history";
import { watchRun } from "@/server/history/watch-run";
import { workspaceStreamRoute } from "@/server/platform/http/route";

export const GET = workspaceStreamRoute(watchRunOperation, (scope, { params }, { lastEventId, signal }) =>
  watchRun(
    scope,
    { runId: params.runId, afterSequence: Math.max(0, Number.parseInt(lastEventId ?? "0", 10) || 0) },
    signal,
  ),
);
