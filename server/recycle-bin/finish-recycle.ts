import { groupBy } from "@/lib/group-by";
import { recordAudits } from "@/server/history/record-audit";
import type { RunItemRecord } from "@/server/history/run-journal";
import { refreshImages } from "@/server/images/refresh-images";
import { lockRepository } from "@/server/images/remember-manifests";
import { prisma } from "@/server/platform/db/prisma";
import { findRecordedTags, forgetRemoved, type RecyclingEntry, writeHeld } from "./bin-move.store";
import { imageName, type Move, reach, writeItems } from "./move";
import { reasonTextOf, recordMoves } from "./record-move";

/** How a move ended. `isGone`: the source has nothing of it any more; else the next crawl says what is there. */
export interface RecycleEnd {
  item: RunItemRecord;
  entry: RecyclingEntry;
  state: "done" | "failed";
  error: string | null;
  isGone: boolean;
}

/**
 * Ends moves out of one repository in one transaction: their entries are held, the inventory has lost them, history knows, the items are
 * done.
 */
export async function finishRecycles(move: Move, ends: readonly RecycleEnd[]): Promise<void> {
  const { context, space } = move;
  const [first] = ends;
  if (first === undefined) return;
  for (const { item } of ends) await reach(move, item, "finish");
  const gone = ends.filter((end) => end.isGone);
  await prisma().$transaction(async (tx) => {
    const repositoryId = await lockRepository(tx, {
      workspaceId: space.workspaceId,
      spaceId: space.id,
      registryId: space.registryId,
      name: first.item.repositoryName,
    });
    const entryIds = ends.map(({ entry }) => entry.id);
    await writeHeld(tx, entryIds);
    if (gone.length > 0) {
      await forgetRemoved(
        tx,
        repositoryId,
        gone.map(({ entry }) => entry.id),
      );
    }
    // Those of the rows, not of the entries as they were read: one that came in the very moment of removal is among them.
    const tags = groupBy(await findRecordedTags(tx, entryIds), (tag) => tag.entryId);
    await recordMoves(
      tx,
      move,
      ends.map(({ item, entry, error }) => ({
        item,
        kind: "recycled",
        tags: tags.get(entry.id) ?? [],
        ruleId: entry.ruleId,
        reason: error ?? reasonTextOf(item),
      })),
    );
    await recordAudits(
      tx,
      ends.map(({ item, entry }) => ({
        workspaceId: space.workspaceId,
        spaceId: space.id,
        actor: context.scope.actor,
        action: "bin.recycle",
        resourceType: "bin_entry",
        resourceId: entry.id,
        data: {
          image: imageName(item.repositoryName, item.tags, item.digest),
          repository: item.repositoryName,
          digest: item.digest,
          tags: item.tags,
          ruleId: entry.ruleId,
          ruleRevision: entry.ruleRevision,
          runId: context.run.id,
          sizeBytes: Number(entry.sizeBytes),
        },
      })),
    );
    await writeItems(
      context,
      ends.map(({ item, state, error }) => ({ item, state, step: null, error })),
      tx,
    );
    const changed = gone.flatMap(({ entry }) => entry.manifests.map((manifest) => manifest.digest));
    if (changed.length > 0) await refreshImages(tx, { id: repositoryId, registryId: space.registryId }, changed);
  });
}
