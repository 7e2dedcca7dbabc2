// Rows of a plan as columns of a binary COPY: what PostgreSQL takes in fastest, and a file can hold meanwhile.
import { CopyWriter, writeInt8 } from "@/server/platform/db/copy-writer";
import type { NewRunItem } from "./run-item.store";

/** A row of a plan before its numbers are known. Times in epoch ms. */
export interface PlanRow
  extends Pick<
    NewRunItem,
    "action" | "repositoryName" | "digest" | "kind" | "tags" | "selectedTags" | "reason" | "members" | "ruleId"
  > {
  pushedAt: number | null;
  lastPulledAt: number | null;
  imageCreatedAt: number | null;
}

/** The columns that a row writes, in its order. */
export const PLAN_COLUMNS = [
  ...[
    "action",
    "repository_name",
    "digest",
    "kind",
    "tags",
    "selected_tags",
    "reason",
    "reason_code",
    "members",
    "rule_id",
  ],
  ...["pushed_at", "last_pulled_at", "image_created_at"],
] as const;

/** Writes the columns of one row. */
export function writePlanRow(to: CopyWriter, row: PlanRow): void {
  to.text(row.action);
  to.text(row.repositoryName);
  to.text(row.digest);
  to.text(row.kind);
  const tags = to.length;
  to.texts(row.tags);
  if (row.selectedTags === row.tags) to.again(tags);
  else to.texts(row.selectedTags);
  to.jsonb(JSON.stringify(row.reason));
  to.text(row.reason.code);
  to.jsonb(row.members.length === 0 ? "[]" : JSON.stringify(row.members));
  to.text(row.ruleId);
  to.time(row.pushedAt);
  to.time(row.lastPulledAt);
  to.time(row.imageCreatedAt);
}

/** Some rows of a plan as they are copied. */
export interface SpooledItems {
  bytes: Buffer;
  /** Where each starts. */
  starts: readonly number[];
}

/** Whose rows they are. */
export interface PlannedRun {
  id: string;
  workspaceId: string;
}

/** What the end of planning says of one row. */
export interface PlanRowNumbers {
  ordinal: number;
  sizeBytes: number;
  uniqueBytes: number;
  ownBytes: number;
}

/** The columns of an item of a run, in the order in which it is written: first the numbers, which are known last and then set in place. */
export const ITEM_COLUMNS = [
  ...["ordinal", "size_bytes", "unique_bytes", "own_bytes", "shared_bytes", "run_id", "workspace_id"],
  ...PLAN_COLUMNS,
  ...["state", "error"],
] as const;

// A row starts with how many columns it has (2 bytes), each column with its length (4 bytes): an int4, and four int8.
const ORDINAL_AT = 6;
const SIZES_AT = ORDINAL_AT + 4 + 4;
const SIZE_STEP = 8 + 4;
const NUMBER_COLUMNS = 5;
const TEXTS_AT = 2 + 8 + 4 * SIZE_STEP;
const NULL_BYTES = 4;
const HEAD_BYTES = 256;
const PLANNED_BYTES = 4 + "planned".length + NULL_BYTES;

/** What every item of a run begins with, zeros for its numbers. */
export function itemHead(run: PlannedRun): Buffer {
  const head = new CopyWriter(HEAD_BYTES);
  head.row(ITEM_COLUMNS.length);
  head.int4(0);
  for (let column = 1; column < NUMBER_COLUMNS; column++) head.int8(0);
  head.text(run.id);
  head.text(run.workspaceId);
  return head.take();
}

/** Writes a row as the item that it becomes, after the head of its run. */
export function writeItemRow(to: CopyWriter, head: Buffer, row: PlanRow): void {
  to.columns(head, 0, head.length);
  writePlanRow(to, row);
  to.text(row.action === "keep" ? "kept" : "planned");
  to.text(null);
}

/** Sets the numbers of the item that starts there. @throws RangeError where a size is no whole number within 2^53 of zero */
export function setItemNumbers(bytes: Buffer, start: number, numbers: PlanRowNumbers): void {
  const { ordinal, sizeBytes, uniqueBytes, ownBytes } = numbers;
  for (const size of [sizeBytes, uniqueBytes, ownBytes]) {
    if (!Number.isSafeInteger(size)) throw new RangeError(`${size} is no whole number for a column`);
  }
  bytes.writeInt32BE(ordinal, start + ORDINAL_AT);
  writeInt8(bytes, sizeBytes, start + SIZES_AT);
  writeInt8(bytes, uniqueBytes, start + SIZES_AT + SIZE_STEP);
  writeInt8(bytes, ownBytes, start + SIZES_AT + 2 * SIZE_STEP);
  writeInt8(bytes, sizeBytes - ownBytes, start + SIZES_AT + 3 * SIZE_STEP);
}

/** Writes a planned item from `start` to `end` once more, as one that is left out, and why. */
export function leaveOutItem(to: CopyWriter, bytes: Buffer, start: number, end: number, why: string): void {
  to.columns(bytes, start, end - PLANNED_BYTES);
  to.text("left_out");
  to.text(why);
}

/** Where the items of some bytes start, and where the last whole one ends. */
export function itemsIn(bytes: Buffer): { starts: number[]; end: number } {
  const starts: number[] = [];
  let start = 0;
  for (let end = itemEnd(bytes, 0); end !== null; end = itemEnd(bytes, start)) {
    starts.push(start);
    start = end;
  }
  return { starts, end: start };
}

function itemEnd(bytes: Buffer, start: number): number | null {
  let at = start + TEXTS_AT;
  for (let column = NUMBER_COLUMNS; column < ITEM_COLUMNS.length; column++) {
    if (at + 4 > bytes.length) return null;
    at += 4 + Math.max(0, bytes.readInt32BE(at));
  }
  return at > bytes.length ? null : at;
}
