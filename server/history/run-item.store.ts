import type { RUN_ITEM_ACTIONS, RUN_ITEM_STATES } from "@/contracts/run-items";
import { storableText } from "@/lib/storable";
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

export type RunItemRecord = Prisma.RunItemGetPayload<object>;
type RunItemAction = (typeof RUN_ITEM_ACTIONS)[number];
type RunItemState = (typeof RUN_ITEM_STATES)[number];

/** A row to insert; times in ISO, sizes in bytes. */
export interface NewRunItem {
  ordinal: number;
  action: RunItemAction;
  state: RunItemState;
  repositoryName: string;
  digest: string;
  kind: string;
  tags: readonly string[];
  selectedTags: readonly string[];
  /** { code, text, … } */
  reason: { code: string; text: string } & Record<string, unknown>;
  members: readonly { digest: string; role: string }[];
  ruleId: string | null;
  sizeBytes: number;
  uniqueBytes: number;
  /** Freed if it goes alone; with sharedBytes it is sizeBytes. */
  ownBytes?: number;
  sharedBytes?: number;
  pushedAt: string | null;
  lastPulledAt: string | null;
  imageCreatedAt?: string | null;
  binEntryId: string | null;
  /** Why nothing will be done although the verdict says so (left out by a limit). */
  error?: string | null;
}

const INSERT_BATCH = 2_000;

/** Writes the plan of a run in bulk; rows that stand already (an earlier claim wrote them) stay as they are. */
export async function insertRunItems(
  workspaceId: string,
  runId: string,
  items: readonly NewRunItem[],
  tx: Prisma.TransactionClient = prisma(),
): Promise<void> {
  for (let start = 0; start < items.length; start += INSERT_BATCH) {
    const batch = JSON.stringify(items.slice(start, start + INSERT_BATCH));
    await tx.$executeRaw`
      INSERT INTO run_items (run_id, ordinal, workspace_id, action, state, repository_name, digest, kind, tags, selected_tags,
                             reason, reason_code, members, rule_id, size_bytes, unique_bytes, own_bytes, shared_bytes, pushed_at, last_pulled_at, image_created_at,
                             bin_entry_id, error)
      SELECT ${runId}, item.ordinal, ${workspaceId}, item.action, item.state, item."repositoryName", item.digest, item.kind,
             item.tags, item."selectedTags", item.reason, coalesce(item.reason ->> 'code', ''), item.members, item."ruleId", item."sizeBytes", item."uniqueBytes",
             coalesce(item."ownBytes", 0), coalesce(item."sharedBytes", 0), item."pushedAt", item."lastPulledAt", item."imageCreatedAt",
             item."binEntryId", item.error
      FROM jsonb_to_recordset(${batch}::jsonb) AS item(
        ordinal int, action text, state text, "repositoryName" text, digest text, kind text, tags text[], "selectedTags" text[],
        reason jsonb, members jsonb, "ruleId" text, "sizeBytes" bigint, "uniqueBytes" bigint, "ownBytes" bigint, "sharedBytes" bigint, "pushedAt" timestamptz,
        "lastPulledAt" timestamptz, "imageCreatedAt" timestamptz, "binEntryId" text, error text)
      ON CONFLICT (run_id, ordinal) DO NOTHING`;
  }
}

/**
 * The next items that a mover has to do: those in the middle of a move first (a killed worker left them), then planned
 * ones in order.
 */
export async function listItemsToMove(runId: string, limit: number): Promise<RunItemRecord[]> {
  // States are written out: only then is the index of what is moving used.
  const next = await prisma().$queryRaw<{ ordinal: number }[]>`
    SELECT ordinal FROM (
      (SELECT ordinal, 0 AS place FROM run_items WHERE run_id = ${runId} AND state = 'moving' ORDER BY ordinal LIMIT ${limit})
      UNION ALL
      (SELECT ordinal, 1 FROM run_items WHERE run_id = ${runId} AND state = 'planned' ORDER BY ordinal LIMIT ${limit})
    ) next ORDER BY place, ordinal LIMIT ${limit}`;
  const ordinals = next.map(({ ordinal }) => ordinal);
  const items = await prisma().runItem.findMany({ where: { runId, ordinal: { in: ordinals } } });
  const byOrdinal = new Map(items.map((item) => [item.ordinal, item]));
  return ordinals.flatMap((ordinal) => byOrdinal.get(ordinal) ?? []);
}

/** The item as it stands now, after an attempt that may have journaled more than its caller knows. */
export function findRunItem(runId: string, ordinal: number): Promise<RunItemRecord | null> {
  return prisma().runItem.findUnique({ where: { runId_ordinal: { runId, ordinal } } });
}

/** Drops a plan of which nothing was done yet (its worker was killed while writing it), so that it is made anew as a whole. */
export async function deleteRunItems(run: { id: string; epoch: number }): Promise<void> {
  await prisma().runItem.deleteMany({ where: { runId: run.id, run: { epoch: run.epoch, status: "running" } } });
}

/** What a stopped run did not begin stays undone: planned → left_out. */
export async function leaveOutPlannedItems(run: { id: string; epoch: number }, why: string): Promise<void> {
  await prisma().runItem.updateMany({
    where: { runId: run.id, state: "planned", run: { epoch: run.epoch, status: "running" } },
    data: { state: "left_out", error: why, updatedAt: new Date() },
  });
}

export type ItemWrite = Partial<{
  state: RunItemState;
  step: string | null;
  binEntryId: string | null;
  error: string | null;
  reason: Prisma.InputJsonValue;
}>;

/** Journals one item. The epoch guard keeps a fenced worker from writing: false = stop. */
export async function writeRunItem(
  run: { id: string; epoch: number },
  ordinal: number,
  write: ItemWrite,
  tx: Prisma.TransactionClient = prisma(),
): Promise<boolean> {
  // An error may quote what a registry said.
  const error = typeof write.error === "string" ? { error: storableText(write.error) } : {};
  const { count } = await tx.runItem.updateMany({
    where: { runId: run.id, ordinal, run: { epoch: run.epoch, status: "running" } },
    data: { ...write, ...error, updatedAt: new Date() },
  });
  return count === 1;
}

/**
 * Lets a run that is under way add items: where the next ordinal is, with the run's row locked until the transaction ends. Null = the run
 * is another worker's by now, or has ended.
 */
export async function lockRunItems(tx: Transaction, run: { id: string; epoch: number }): Promise<number | null> {
  const rows = await tx.$queryRaw<{ next: number }[]>`
    WITH held AS (SELECT id FROM runs WHERE id = ${run.id} AND epoch = ${run.epoch} AND status = 'running' FOR UPDATE)
    SELECT coalesce((SELECT max(i.ordinal) + 1 FROM run_items i WHERE i.run_id = held.id), 0)::int AS next FROM held`;
  return rows[0]?.next ?? null;
}

/** Counts of a run's items by action and state, and the bytes of each: totals are recomputed, so that no crash doubles them. */
export async function countItems(
  runId: string,
): Promise<{ action: RunItemAction; state: RunItemState; count: number; sizeBytes: number; uniqueBytes: number }[]> {
  const groups = await prisma().runItem.groupBy({
    by: ["action", "state"],
    where: { runId },
    _count: true,
    _sum: { sizeBytes: true, uniqueBytes: true },
  });
  return groups.map((group) => ({
    action: group.action as RunItemAction,
    state: group.state as RunItemState,
    count: group._count,
    sizeBytes: Number(group._sum.sizeBytes ?? 0),
    uniqueBytes: Number(group._sum.uniqueBytes ?? 0),
  }));
}
