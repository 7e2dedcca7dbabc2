import { AppError } from "@/server/platform/app-error";
import { systemScope } from "@/server/platform/auth/workspace-scope";
import { log } from "@/server/platform/log";
import { requireSpace } from "@/server/spaces/require-space";
import { listDueEntries } from "./bin-run.store";
import { createBinRun } from "./create-bin-run";

const BATCH = 1_000;

/**
 * For the reconciler: starts purge runs, one a space, for entries whose time is up at `now`, and none while reclaims are stopped. Answers
 * how many runs were started. A space that fails is left for the next time.
 */
export async function purgeDueEntries(now: Date): Promise<number> {
  let started = 0;
  for (const { workspaceId, spaceId, entryIds } of await listDueEntries(now, BATCH)) {
    const scope = systemScope(workspaceId, { name: "Retention" });
    try {
      const space = await requireSpace(scope, spaceId);
      await createBinRun(scope, space, {
        ...{ kind: "purge", selection: { entryIds }, options: {}, trigger: "schedule" },
        takes: ["held", "recycling"],
      });
      started++;
    } catch (error) {
      // Somebody took one of them in this moment: whoever is left is due again at the next call.
      log[error instanceof AppError ? "info" : "error"]({ spaceId, error }, "entries that are due could not be purged");
    }
  }
  return started;
}
