// Plans a run in two threads of a built program, as an installation's worker does: its argument is the run's id.
import { claimRun } from "@/server/history/run.store";
import { createRunContext } from "@/server/history/run-context";
import { systemScope } from "@/server/platform/auth/workspace-scope";
import { planRules } from "@/server/reclaim/plan-rules";
import type { ReclaimOptions } from "@/server/reclaim/reclaim-options";
import { requireSpace } from "@/server/spaces/require-space";

const run = await claimRun(process.argv[2] ?? "", `process-${process.pid}`, 30);
if (run === null || run.spaceId === null) throw new Error("the run was not claimed");
const scope = systemScope(run.workspaceId, { name: "a test" });
const { rules } = run.options as unknown as ReclaimOptions;
await planRules(
  createRunContext(run, scope, new AbortController().signal),
  await requireSpace(scope, run.spaceId),
  rules,
  2,
);
process.exit(0);
