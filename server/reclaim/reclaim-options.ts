import { z } from "zod";
import { ruleDefinitionSchema } from "@/domain/rules/rule";

const ruleSchema = z.object({
  id: z.string(),
  name: z.string(),
  revision: z.number().int(),
  definition: ruleDefinitionSchema,
});

/** What a reclaim run was asked to do: frozen with the run, so that a resumed one plans the same. */
const optionsSchema = z.object({
  /** the saved rules that were chosen; none for a draft */
  ruleIds: z.array(z.string()),
  draft: z.object({ name: z.string(), definition: ruleDefinitionSchema }).optional(),
  /** every rule that takes part, in the revision it had, the space's protect rules included */
  rules: z.array(ruleSchema),
});
export type ReclaimOptions = z.infer<typeof optionsSchema>;

/** Rules of a draft have this id in verdicts; no saved rule has it. */
export const DRAFT_RULE_ID = "draft";

/** The options of a run's row. */
export function reclaimOptions(options: unknown): ReclaimOptions {
  return optionsSchema.parse(options);
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
