import type { RunDto } from "@/contracts/history";
import { createRun } from "@/server/history/create-run";
import { getRun } from "@/server/history/get-run";
import { insertRunItems } from "@/server/history/run-journal";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import type { requireSpace } from "@/server/spaces/require-space";
import { lockEntries } from "./bin-run.store";
import { takeEntries } from "./entry-items";

/**
 * Creates a run over entries of the bin: the entries are taken and its items written in the transaction of the run, so that no
 * entry is ever in two of them. `takes`: states in which an entry may be.
 * @throws AppError not_found (an entry that is unknown, foreign or ended), conflict (in a restore or purge already)
 */
export async function createBinRun(
  scope: WorkspaceScope,
  space: Awaited<ReturnType<typeof requireSpace>>,
  request: {
    kind: "restore" | "purge";
    entryIds: readonly string[];
    options: Record<string, unknown>;
    trigger?: "schedule";
    takes?: readonly string[];
  },
): Promise<RunDto> {
  const { kind, trigger, takes = ["held"] } = request;
  const entryIds = [...new Set(request.entryIds)];
  const run = await createRun(
    scope,
    {
      kind,
      spaceId: space.id,
      registryId: space.registryId,
      options: { entryIds, ...request.options },
      ...(trigger === undefined ? {} : { trigger }),
    },
    async (tx, created) => {
      const entries = await lockEntries(tx, space, entryIds);
      const isThere = (state: string) => takes.includes(state) || state === "restoring" || state === "purging";
      if (entries.length < entryIds.length || !entries.every((entry) => isThere(entry.state))) throw notFound();
      const busy = entries.filter((entry) => !takes.includes(entry.state)).length;
      if (busy > 0)
        throw new AppError(
          "conflict",
          `${busy} of these entries are being restored or purged already. Wait for that run to end.`,
        );
      const reason = REASONS[trigger === "schedule" ? "due" : kind];
      const items = await takeEntries(tx, entries, { action: kind, firstOrdinal: 0, reasonOf: () => reason });
      await insertRunItems(space.workspaceId, created.id, items, tx);
    },
  );
  return getRun(scope, { runId: run.id });
}

/** The reason's code of what is purged because its time is up. */
export const DUE = "due";

const REASONS = {
  restore: { code: "restore", text: "chosen to be restored" },
  purge: { code: "purge", text: "chosen to be purged" },
  due: { code: DUE, text: "its time in the recycle bin is up" },
};
