import type { Collection } from "./collection";

/** What is free within so short a time is not worth a word. */
const AT_ONCE_MS = 60_000;

/**
 * Says with a collection's result when the space that it freed is really there, where that is later than now: a bucket that keeps versions
 * holds on to what was deleted until a rule of its own ends them. Never throws for what cannot be found out.
 */
export async function tellPhysicalRelease({
  context,
  storage,
}: Pick<Collection, "context" | "storage">): Promise<void> {
  const { at, why } = await storage.physicalRelease();
  if (at !== null && at.getTime() <= Date.now() + AT_ONCE_MS) return;
  context.totals({ spaceFreeWhy: why, ...(at === null ? {} : { spaceFreeAt: at.toISOString() }) });
  context.log("physical_release", { text: why });
}
