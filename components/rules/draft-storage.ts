import { z } from "zod";
import { ruleDraftSchema } from "./rule-draft";

/** What the wizard keeps over a reload of its page: in this tab only, until it is saved or thrown away. */
const wizardStateSchema = z.object({
  draft: ruleDraftSchema,
  /** the revision that is edited; null for a rule that was never saved */
  baseRevision: z.number().int().nullable(),
  /** the preview that was made last, with the definition it was made of */
  preview: z.object({ runId: z.string(), madeOf: z.string() }).nullable(),
});
export type WizardState = z.infer<typeof wizardStateSchema>;

/** `keptAs`: the rule that is edited or copied; null = a new one. */
function keyOf(spaceId: string, keptAs: string | null): string {
  return `reclaim.rule-draft.${spaceId}.${keptAs ?? "new"}`;
}

/** What was kept, or null: nothing was, or it is of another version of the console. */
export function loadWizardState(spaceId: string, keptAs: string | null): WizardState | null {
  try {
    const kept = sessionStorage.getItem(keyOf(spaceId, keptAs));
    return kept === null ? null : (wizardStateSchema.safeParse(JSON.parse(kept)).data ?? null);
  } catch {
    return null;
  }
}

/** Keeps it; a browser that refuses storage costs only the survival of a reload. */
export function keepWizardState(spaceId: string, keptAs: string | null, state: WizardState): void {
  try {
    sessionStorage.setItem(keyOf(spaceId, keptAs), JSON.stringify(state));
  } catch {
    return;
  }
}

/** Forgets it, once it is saved or thrown away. */
export function forgetWizardState(spaceId: string, keptAs: string | null): void {
  try {
    sessionStorage.removeItem(keyOf(spaceId, keptAs));
  } catch {
    return;
  }
}
