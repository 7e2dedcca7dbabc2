import { prisma } from "@/server/platform/db/prisma";
import { listStaleSizes, measureStoredBytes } from "./image-rows.store";

const BATCH = 20;

/** Measures repositories that changed and were too large to be measured with the change. For the worker's clock. */
export async function measureStaleSizes(signal: AbortSignal): Promise<void> {
  for (;;) {
    const ids = await listStaleSizes(BATCH);
    for (const id of ids) {
      if (signal.aborted) return;
      await prisma().$transaction((tx) => measureStoredBytes(tx, id));
    }
    if (ids.length < BATCH) return;
  }
}
