// Executes runs side by side, each until it stands at a step, and kills its own process with SIGKILL when all of them do:
// `tsx testing/run-and-kill.ts '[{ "runId": …, "step": …, "nth": … }, …]'`. What moves need is in the environment, as the test that starts
// it has set it.
import { executeRun } from "@/server/history/execute-run";
import type { RunContext } from "@/server/history/run-context";
import { executeReclaim } from "@/server/reclaim/execute-reclaim";
import { executePurge } from "@/server/recycle-bin/execute-purge";
import { executeRestore } from "@/server/recycle-bin/execute-restore";
import type { MoveHooks } from "@/server/recycle-bin/move";

interface Stop {
  runId: string;
  step: string;
  /** How often the run comes to the step until then. */
  nth: number;
}

const stops = JSON.parse(process.argv[2] ?? "[]") as Stop[];
let standing = 0;

/** Once the run is there nothing of it goes beyond the step that it comes to next. */
function standAt({ step, nth }: Stop): MoveHooks {
  let reached = 0;
  return {
    beforeStep: (point) => {
      if (point.step === step && ++reached === nth && ++standing === stops.length) process.kill(process.pid, "SIGKILL");
      return reached >= nth ? new Promise<never>(() => undefined) : undefined;
    },
  };
}

await Promise.race(
  stops.map((stop) => {
    const hooks = standAt(stop);
    return executeRun(
      stop.runId,
      "a worker that is killed",
      {
        reclaim: (context: RunContext) => executeReclaim(context, hooks),
        restore: (context: RunContext) => executeRestore(context, hooks),
        purge: (context: RunContext) => executePurge(context, hooks),
        gc: () => Promise.reject(new Error("there is no collection here")),
      },
      new AbortController().signal,
    );
  }),
);
// A step was never reached: the test must not take that for a kill.
process.exit(3);
