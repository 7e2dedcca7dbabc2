import type { RunItemRecord } from "@/server/history/run-journal";
import { prisma } from "@/server/platform/db/prisma";
import { type RecyclingEntry, writeRemovals } from "./bin-move.store";
import { type Move, writeItems } from "./move";

/** Journals what of each image is about to leave its repository; noted again, less of it. @throws RunStopped fenced */
export async function noteRemovals(
  move: Move,
  going: readonly { item: RunItemRecord; entry: RecyclingEntry; removed: ReadonlySet<string> }[],
): Promise<void> {
  if (going.length === 0) return;
  await prisma().$transaction(async (tx) => {
    await writeItems(
      move.context,
      going.map(({ item }) => ({ item, state: "moving", step: "remove" })),
      tx,
    );
    await writeRemovals(
      tx,
      going.map(({ entry, removed }) => ({ entryId: entry.id, digests: [...removed] })),
    );
  });
}
