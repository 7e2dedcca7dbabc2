import { z } from "zod";
import type { RunItemRecord } from "@/server/history/run-journal";

const takenBackSchema = z.object({
  tag: z.string(),
  /** the image that had it */
  from: z.string(),
  /** it had no other, and went to the bin first; else it stays, without the tag */
  isDisplaced: z.boolean(),
});
/** A tag that a restore takes from the image that has it: journaled with the item before anything is changed. */
export type TakenBack = z.infer<typeof takenBackSchema>;

const reasonSchema = z.object({
  takenBack: z.array(takenBackSchema).default([]),
  /** tags that are not taken back, and why, in words */
  refused: z.array(z.object({ tag: z.string(), why: z.string() })).default([]),
});

/** What was journaled with an item about tags that it takes. */
export function takenBackOf({ reason }: Pick<RunItemRecord, "reason">): z.infer<typeof reasonSchema> {
  return reasonSchema.parse(reason);
}
