import { z } from "zod";
import { appliedLifecycleSchema } from "@/domain/rules/lifecycle";
import { ruleDefinitionSchema } from "@/domain/rules/rule";
import type { HandChoice } from "@/domain/rules/verdict";

const ruleSchema = z.object({
  id: z.string(),
  name: z.string(),
  revision: z.number().int(),
  definition: ruleDefinitionSchema,
  lifecycle: appliedLifecycleSchema.optional(),
});

/** What a reclaim run was asked to do: frozen with the run, so that a resumed one plans the same. */
const ruleOptionsSchema = z.object({
  /** the saved rules that were chosen; none for a draft */
  ruleIds: z.array(z.string()),
  draft: z.object({ name: z.string(), definition: ruleDefinitionSchema }).optional(),
  /** every rule that takes part, in the revision it had, the space's protect rules included */
  rules: z.array(ruleSchema),
});
export type ReclaimOptions = z.infer<typeof ruleOptionsSchema>;

/** The same for a run of what somebody chose by hand; the choice itself stands beside the run. */
const handOptionsSchema = z.object({
  byHand: z.enum(["recycle", "untag"]),
  /** why, in their own words */
  reason: z.string().nullable(),
  /** images or tags that were named; null = a filter finds them when the run plans */
  chosenCount: z.number().int().nullable(),
  /** what the run moved is purged as its last step */
  skipBin: z.boolean(),
  /** of an untag: digests that are left without any tag go too */
  recycleDigests: z.boolean(),
});
export type HandOptions = z.infer<typeof handOptionsSchema>;

/** Rules of a draft have this id in verdicts; no saved rule has it. */
export const DRAFT_RULE_ID = "draft";

const optionsSchema = z.union([handOptionsSchema, ruleOptionsSchema]);

/** The options of a run's row. */
export function reclaimOptions(options: unknown): ReclaimOptions | HandOptions {
  return optionsSchema.parse(options);
}

export function isByHand(options: ReclaimOptions | HandOptions): options is HandOptions {
  return "byHand" in options;
}

/** Whose choice a run by hand is, and why. */
export function handChoiceOf(run: { requestedByName: string }, options: HandOptions): HandChoice {
  return { who: run.requestedByName, why: options.reason };
}

/** The protect rules among some, as one text: another text means that protection changed. */
export function protectionOf(
  rules: readonly { id: string; revision: number; isEnabled?: boolean; definition: { effect: string } }[],
): string {
  return rules
    .filter((rule) => rule.definition.effect === "protect" && rule.isEnabled !== false)
    .map((rule) => `${rule.id}@${rule.revision}`)
    .sort()
    .join(" ");
}
