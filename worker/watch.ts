import { log } from "@/server/platform/log";
import { checkDueRegistries } from "@/server/registries/check-due-registries";
import { clearRemovedSpaces } from "@/server/spaces/clear-removed-spaces";

/** What nobody is waiting for: the health of registries, and the inventory of spaces that were removed. */
export async function watch(shutdown: AbortSignal): Promise<void> {
  const steps: [string, () => Promise<unknown>][] = [
    ["health", () => checkDueRegistries(new Date())],
    ["removed spaces", clearRemovedSpaces],
  ];
  for (const [name, step] of steps) {
    if (shutdown.aborted) return;
    try {
      await step();
    } catch (error) {
      log.warn({ step: name, error }, "watch");
    }
  }
}
