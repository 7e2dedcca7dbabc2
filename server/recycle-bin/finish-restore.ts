import { recordAudits } from "@/server/history/record-audit";
import { exemptRestored } from "@/server/images/exempt-restored";
import { recordImageEvents } from "@/server/images/record-image-events";
import { refreshImages } from "@/server/images/refresh-images";
import { lockRepository, rememberManifests } from "@/server/images/remember-manifests";
import { prisma, type Transaction } from "@/server/platform/db/prisma";
import { forgetTags, rememberRestored, writeEnded } from "./bin-move.store";
import { imageName, type Move, reach, writeItems } from "./move";
import type { PlacedTags, RestoringItem } from "./place-tags";
import { recordMoves } from "./record-move";
import { takenBackOf } from "./taken-back";

/** Ends restores into one repository in one transaction: their entries are history, the inventory has them again, the items are done. */
export async function finishRestores(move: Move, restored: readonly (RestoringItem & PlacedTags)[]): Promise<void> {
  const { context, space } = move;
  const [first] = restored;
  if (first === undefined) return;
  const name = first.item.repositoryName;
  for (const { item } of restored) await reach(move, item, "finish");
  const bodies = new Map(restored.flatMap((one) => one.manifests.map((manifest) => [manifest.digest, manifest])));
  await prisma().$transaction(async (tx) => {
    const { workspaceId, registryId } = space;
    const repositoryId = await lockRepository(tx, { workspaceId, spaceId: space.id, registryId, name });
    await rememberManifests(tx, registryId, [...bodies.values()]);
    await rememberRestored(
      tx,
      { repositoryId, workspaceId, registryId },
      manifestsOf(restored),
      restored.flatMap((one) => one.placed),
    );
    const robbed = await recordTakenBack(tx, move, repositoryId, restored);
    await writeEnded(
      tx,
      restored.map(({ entry }) => entry.id),
      "restored",
    );
    await recordMoves(
      tx,
      move,
      restored.map(({ item, placed, conflicts }) => ({
        item,
        kind: "restored",
        tags: placed,
        reason: conflicts.length > 0 ? conflicts.join("; ") : null,
      })),
    );
    await exemptRestored(
      tx,
      restored.map(({ item, entry }) => ({ entryId: entry.id, repositoryName: item.repositoryName })),
      { runId: context.run.id, byName: context.run.requestedByName },
    );
    await recordAudits(
      tx,
      restored.map(({ entry, placed, conflicts }) => {
        const tags = placed.map((tag) => tag.name);
        return {
          ...{ workspaceId, spaceId: space.id, actor: context.scope.actor },
          ...{ action: "bin.restore", resourceType: "bin_entry", resourceId: entry.id },
          data: {
            image: imageName(name, tags, entry.digest),
            repository: name,
            digest: entry.digest,
            ...{ tags, conflicts, runId: context.run.id },
          },
        };
      }),
    );
    await writeItems(
      context,
      restored.map(({ item, conflicts }) => ({
        item,
        state: "done",
        step: null,
        error: conflicts.length > 0 ? `restored; ${conflicts.join("; ")}` : null,
      })),
      tx,
    );
    await refreshImages(tx, { id: repositoryId, registryId }, [...bodies.keys(), ...robbed]);
  });
}

/** Tags that came from images which stay: their history says so, and who has none left is untagged from now on. Answers those images. */
async function recordTakenBack(
  tx: Transaction,
  { context, space }: Move,
  repositoryId: string,
  restored: readonly (RestoringItem & PlacedTags)[],
): Promise<string[]> {
  const taken = restored.flatMap(({ item, placed }) =>
    takenBackOf(item).takenBack.flatMap((one) => {
      const now = placed.find((tag) => tag.name === one.tag)?.digest;
      return one.isDisplaced || now === undefined ? [] : [{ ...one, now, item }];
    }),
  );
  await recordImageEvents(
    tx,
    taken.map(({ tag, from, now, item }) => ({
      ...{ workspaceId: space.workspaceId, spaceId: space.id, repositoryName: item.repositoryName },
      ...{ digest: from, tag, kind: "overwritten", at: new Date(), source: "run", otherDigest: now },
      ...{ actorName: context.scope.actor.name, runId: context.run.id, reason: "taken back by a restore" },
    })),
  );
  for (const { from, tag } of taken) await forgetTags(tx, repositoryId, from, [tag]);
  return taken.map((one) => one.from);
}

/** Each digest once: two entries may share a child or a signature. */
function manifestsOf(restored: readonly (RestoringItem & PlacedTags)[]) {
  const tagged = new Set(restored.flatMap(({ placed }) => placed.map((tag) => tag.digest)));
  const rows = new Map<string, Parameters<typeof rememberRestored>[2][number]>();
  for (const { item, entry } of restored) {
    for (const { digest, pushedAt, role, isRemovedAtSource } of entry.manifests) {
      const other = rows.get(digest);
      const at = pushedAt ?? (role === "top" ? entry.pushedAt : null);
      rows.set(digest, {
        digest,
        pushedAt: at?.toISOString() ?? other?.pushedAt ?? null,
        // Else a rule on idleness would take it for an image that nobody ever pulled, and recycle it again.
        lastPulledAt: (role === "top" ? entry.lastPulledAt : null)?.toISOString() ?? other?.lastPulledAt ?? null,
        // In another repository nothing of it was removed: what stands there has its own times.
        isRemovedAtSource:
          (isRemovedAtSource && item.repositoryName === entry.repositoryName) || other?.isRemovedAtSource === true,
        isUntagged: !tagged.has(digest),
      });
    }
  }
  return [...rows.values()];
}
