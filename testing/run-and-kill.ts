// Executes a run and kills its own process with SIGKILL where it is told to: `tsx testing/run-and-kill.ts <runId> <step> <nth>`.
// What moves need is in the environment, as the test that starts it has set it.
import { executeRun } from "@/server/history/execute-run";
import type { RunContext } from "@/server/history/run-context";
import { executeReclaim } from "@/server/reclaim/execute-reclaim";
import { executePurge } from "@/server/recycle-bin/execute-purge";
import { executeRestore } from "@/server/recycle-bin/execute-restore";
import type { StepPoint } from "@/server/recycle-bin/move";

const [runId = "", step = "", nth = "1"] = process.argv.slice(2);
let reached = 0;

const hooks = {
  beforeStep: (point: StepPoint) => {
    if (point.step === step && ++reached === Number(nth)) process.kill(process.pid, "SIGKILL");
  },
};
await executeRun(
  runId,
  "a worker that is killed",
  {
    reclaim: (context: RunContext) => executeReclaim(context, hooks),
    restore: (context: RunContext) => executeRestore(context, hooks),
    purge: (context: RunContext) => executePurge(context, hooks),
    gc: () => Promise.reject(new Error("there is no collection here")),
  },
  new AbortController().signal,
);
// The step was never reached: the test must not take that for a kill.
process.exit(3);
