import type { Transaction } from "@/server/platform/db/prisma";
import { armFromDraft } from "./rule-schedule.store";

const HOUR_MS = 3_600_000;
/** A preview of a draft that is no older than this is one of what is saved now. */
const DRAFT_PREVIEW_MS = HOUR_MS;

/** For whoever saves a rule, in that transaction: what was previewed as a draft, to the letter, is armed from the start. */
export function armSavedRule(tx: Transaction, ruleId: string, now = new Date()): Promise<void> {
  return armFromDraft(tx, ruleId, new Date(now.getTime() - DRAFT_PREVIEW_MS));
}
