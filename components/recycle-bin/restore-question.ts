import type { RestoreCheckDto } from "@/contracts/recycle-bin";
import type { BinSelection, TagChoice } from "./queries";

/** What is to be restored of each space: a run is one of one space. */
export type RestoreTarget = { spaceId: string } & BinSelection;

/** A restore that wants an answer before it starts. */
export type RestoreQuestion = {
  checks: { target: RestoreTarget; check: RestoreCheckDto }[];
  /** only where everything is of one space */
  mayChooseTarget: boolean;
  targetRepository: string | undefined;
  targetProblem: string | undefined;
};

/** What a person decided: for each conflict by its key, and for all others. */
export type RestoreAnswer = { onTagConflict: TagChoice; decisions: ReadonlyMap<string, TagChoice> };

export function conflictKey({ entryId, tag }: { entryId: string; tag: string }): string {
  return `${entryId} ${tag}`;
}
