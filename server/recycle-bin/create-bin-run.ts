import type { RunDto } from "@/contracts/history";
import { BIN_RUN_ENTRIES_MAX } from "@/contracts/recycle-bin";
import { createRun } from "@/server/history/create-run";
import { getRun } from "@/server/history/get-run";
import { insertRunItems } from "@/server/history/run-journal";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import type { Transaction } from "@/server/platform/db/prisma";
import type { requireSpace } from "@/server/spaces/require-space";
import { type ChosenEntry, lockEntries, lockFilteredEntries } from "./bin-run.store";
import type { BinSelection } from "./bin-selection";
import { takeEntries } from "./entry-items";
import { insertTagDecisions, type TagDecision } from "./tag-decision.store";

type Space = Awaited<ReturnType<typeof requireSpace>>;

export interface BinRunRequest {
  kind: "restore" | "purge";
  selection: BinSelection;
  options: Record<string, unknown>;
  /** Where a restore puts them; omitted = each where it was. */
  targetRepository?: string | undefined;
  decisions?: readonly TagDecision[] | undefined;
  trigger?: "schedule";
  /** States in which a named entry may be; what a filter finds is held. */
  takes?: readonly string[];
}

/**
 * Creates a run over entries of the bin: the entries are taken and its items written in the transaction of the run, so that no
 * entry is ever in two of them. Of a filter at most BIN_RUN_ENTRIES_MAX entries are taken, the oldest first.
 * @throws AppError not_found (an entry that is unknown, foreign or ended), conflict (in a restore or purge already), unprocessable
 * (a filter that finds nothing)
 */
export async function createBinRun(scope: WorkspaceScope, space: Space, request: BinRunRequest): Promise<RunDto> {
  const { kind, trigger, selection } = request;
  const run = await createRun(
    scope,
    {
      kind,
      spaceId: space.id,
      registryId: space.registryId,
      options: { ...request.options, ...optionsOf(selection) },
      ...(trigger === undefined ? {} : { trigger }),
    },
    async (tx, created) => {
      const entries = await lockSelection(tx, space, request);
      const reason = REASONS[trigger === "schedule" ? "due" : kind];
      const items = await takeEntries(tx, entries, {
        ...{ action: kind, firstOrdinal: 0, reasonOf: () => reason, targetRepository: request.targetRepository },
      });
      await insertRunItems(space.workspaceId, created.id, items, tx);
      if (request.decisions !== undefined && request.decisions.length > 0)
        await insertTagDecisions(tx, created, request.decisions);
    },
  );
  return getRun(scope, { runId: run.id });
}

async function lockSelection(tx: Transaction, space: Space, request: BinRunRequest): Promise<ChosenEntry[]> {
  const { selection, takes = ["held"] } = request;
  if (selection.filter !== undefined) {
    const { filter, exceptIds = [] } = selection;
    const found = await lockFilteredEntries(tx, space, filter, exceptIds, BIN_RUN_ENTRIES_MAX);
    if (found.length > 0) return found;
    throw new AppError("unprocessable", "Nothing in the recycle bin matches any more.");
  }
  const entryIds = [...new Set(selection.entryIds)];
  const entries = await lockEntries(tx, space, entryIds);
  const isThere = (state: string) => takes.includes(state) || state === "restoring" || state === "purging";
  if (entries.length < entryIds.length || !entries.every((entry) => isThere(entry.state))) throw notFound();
  const busy = entries.filter((entry) => !takes.includes(entry.state)).length;
  if (busy === 0) return entries;
  throw new AppError(
    "conflict",
    `${busy} of these entries are being restored or purged already. Wait for that run to end.`,
  );
}

/** What the run's row says of the choice: every list and stream carries it whole, so that ids are counted only. */
function optionsOf({ entryIds, filter, exceptIds = [] }: BinSelection): Record<string, unknown> {
  if (filter === undefined) return { entryCount: new Set(entryIds).size };
  return { filter, ...(exceptIds.length > 0 ? { exceptCount: exceptIds.length } : {}) };
}

/** The reason's code of what is purged because its time is up. */
export const DUE = "due";

const REASONS = {
  restore: { code: "restore", text: "chosen to be restored" },
  purge: { code: "purge", text: "chosen to be purged" },
  due: { code: DUE, text: "its time in the recycle bin is up" },
};
