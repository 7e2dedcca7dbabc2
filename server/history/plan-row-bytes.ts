// Rows of a plan as columns of a binary COPY: what PostgreSQL takes in fastest, and a file can hold meanwhile.
import type { CopyWriter } from "@/server/platform/db/copy-writer";
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
  to.texts(row.tags);
  to.texts(row.selectedTags);
  to.jsonb(JSON.stringify(row.reason));
  to.text(row.reason.code);
  to.jsonb(row.members.length === 0 ? "[]" : JSON.stringify(row.members));
  to.text(row.ruleId);
  to.time(row.pushedAt);
  to.time(row.lastPulledAt);
  to.time(row.imageCreatedAt);
}
