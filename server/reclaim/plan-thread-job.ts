import type { BlobColumns } from "@/domain/reclaim/blob-table";
import type { PlanColumns } from "@/domain/reclaim/space-plan";
import type { RuleLimits } from "@/domain/rules/rule";
import type { PlanSpool } from "@/server/history/run-journal";
import type { Decision } from "./decide-repositories";

/** What a thread is given: its part of the repositories. */
export interface PlanThreadJob extends Decision {
  /** Of the transaction whose moment the whole plan is of. */
  snapshot: string;
  limits: RuleLimits;
  /** Open file to which its rows are added, and whose they are. */
  file: number;
  run: PlanSpool["run"];
}

/** What it hands over at its end. */
export interface PlanThreadAnswer {
  plan: PlanColumns;
  blobs: BlobColumns;
}
