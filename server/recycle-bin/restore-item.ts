import type { RunItemRecord } from "@/server/history/run-journal";
import { prisma } from "@/server/platform/db/prisma";
import type { RawManifest } from "@/server/platform/registry/registry-adapter";
import { findMovingEntry, type MovingEntry, writeNotEnded } from "./bin-move.store";
import { removeFromBin } from "./bin-references";
import type { Displacer } from "./displacer";
import { writeProblem } from "./entry-state.store";
import { finishRestores } from "./finish-restore";
import { makeRoom } from "./make-room";
import { enterStep, type Move, writeItem } from "./move";
import { placeTags } from "./place-tags";
import { putDisplacedBack } from "./put-displaced-back";
import { IncompleteImage, readRecorded } from "./read-closure";
import type { RestoreChoices } from "./restore-choices";
import { skipDisplacements } from "./take-back.store";

/**
 * Puts one entry back, into the item's repository: copy → verify → tag → clean, each journaled before it is done and safe to do again. All under the
 * repository's lock, so that nobody removes a child there while its index comes back. The bin is cleaned last.
 */
export async function restoreItem(
  move: Move,
  given: RunItemRecord,
  choices: RestoreChoices,
  displacer: Displacer,
): Promise<void> {
  const { adapter, context, signal } = move;
  const entry = await findMovingEntry(context.run.workspaceId, given.binEntryId ?? "");
  if (entry === null) throw new IncompleteImage("the entry is gone from the recycle bin");
  const isFirst = given.step === null || given.step === "displace";
  const item = isFirst && choices.mayTakeBack(given) ? await makeRoom(move, given, entry, choices, displacer) : given;
  const { repositoryName } = item;
  await move.lock.withRepository(repositoryName, async () => {
    // A resumed run may find the bin cleaned already; the bodies are then read where they came back to.
    const manifests = await readRecorded(
      move.sight,
      [entry.binRepositoryName, repositoryName],
      entry.manifests.map((manifest) => manifest.digest),
    );
    if (item.step !== "clean") {
      await enterStep(move, item, "copy");
      await adapter.copy({ from: entry.binRepositoryName, to: repositoryName, manifests, signal });
      await enterStep(move, item, "verify");
      await requireWholeImage(move, repositoryName, manifests);
      await enterStep(move, item, "tag");
    } else {
      await makeWhole(move, item, entry, manifests);
    }
    const tags = await placeTags(move, { item, entry, manifests }, choices);
    await enterStep(move, item, "clean");
    await move.lock.withRepository(entry.binRepositoryName, async () => {
      await removeFromBin(move, [{ item, entry }]);
      await finishRestores(move, [{ item, entry, manifests, ...tags }]);
    });
  });
}

/**
 * Between its worker's end and now somebody may have moved a part away, where nothing showed that the image needs it: one that came back
 * without a tag is known to nobody before its restore has ended. The bin has its parts until then.
 */
async function makeWhole(
  move: Move,
  { repositoryName: to }: RunItemRecord,
  { binRepositoryName: from }: MovingEntry,
  manifests: readonly RawManifest[],
): Promise<void> {
  const { adapter, sight, signal } = move;
  if ((await sight.missingOf(to, manifests, signal)).length === 0) return;
  await adapter.copy({ from, to, manifests, signal });
  await requireWholeImage(move, to, manifests);
}

/** @throws IncompleteImage where something did not come back: then the bin keeps its copy */
export async function requireWholeImage(
  move: Move,
  repository: string,
  manifests: readonly RawManifest[],
): Promise<void> {
  const [missing] = await move.sight.missingOf(repository, manifests, move.signal);
  if (missing) throw new IncompleteImage(`what came back is not complete: ${missing.digest} ${missing.reason}`);
}

/**
 * An entry that could not be put back stays in the bin; what came back of it stays too, and harms nobody. An image that made room for it in
 * vain is put back, and the error says so.
 */
export async function failRestore(move: Move, item: RunItemRecord, cause: string): Promise<void> {
  const displaced = await putDisplacedBack(move, item);
  const error = displaced === null ? cause : `${cause}; ${displaced}`;
  await prisma().$transaction(async (tx) => {
    await writeItem(move.context, item, { state: "failed", step: null, error }, tx);
    await skipDisplacements(tx, item.runId, item.ordinal);
    if (item.binEntryId === null) return;
    await writeNotEnded(tx, item.binEntryId);
    await writeProblem(tx, item.binEntryId, { action: "restore", text: error, runId: item.runId });
  });
}
