import { watchRun as watchRunOperation } from "@/contracts/history";
import { cursorInteger } from "@/lib/cursor";
import { watchRun } from "@/server/history/watch-run";
import { workspaceStreamRoute } from "@/server/platform/http/route";

export const GET = workspaceStreamRoute(watchRunOperation, (scope, { params }, facts) =>
  watchRun(scope, { runId: params.runId, afterSequence: cursorInteger(facts.lastEventId ?? "") ?? 0 }, facts),
);
