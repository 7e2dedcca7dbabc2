import { fireDueCollections } from "@/server/gc/fire-due-collections";
import { expireConfirmations } from "@/server/history/expire-confirmations";
import { fireLifecycle } from "@/server/lifecycle/fire-lifecycle";
import { log } from "@/server/platform/log";
import { fireDueRules } from "@/server/reclaim/fire-due-rules";
import { fireQuotaRules } from "@/server/reclaim/fire-quota-rules";

/** What starts by itself: schedules that are due, rules and policies whose quota is reached; and what waited too long for somebody. */
export async function fire(shutdown: AbortSignal): Promise<void> {
  const steps: [string, () => Promise<unknown>][] = [
    ["confirmations", () => expireConfirmations(new Date())],
    ["schedules", () => fireDueRules(new Date())],
    ["collections", () => fireDueCollections(new Date())],
    ["quota", () => fireQuotaRules(new Date())],
    ["lifecycle", () => fireLifecycle(new Date())],
  ];
  for (const [name, step] of steps) {
    if (shutdown.aborted) return;
    try {
      await step();
    } catch (error) {
      log.warn({ step: name, error }, "fire");
    }
  }
}
