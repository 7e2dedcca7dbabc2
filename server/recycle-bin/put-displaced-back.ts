import { z } from "zod";
import { findRunItem, type RunItemRecord } from "@/server/history/run-journal";
import { AppError } from "@/server/platform/app-error";
import { createBinRun } from "./create-bin-run";
import type { Displacer } from "./displacer";
import { type Move, writeItem } from "./move";
import { failRecycle } from "./recycle-item";
import { type DisplacedEntry, listDisplacedEntries } from "./take-back.store";

/**
 * After a restore failed for which images made room: those whose tags lead nowhere now come back by a run of their own, which outlives this
 * one. Answers in words where each of them is, and null where none made room.
 */
export async function putDisplacedBack(move: Move, item: RunItemRecord): Promise<string | null> {
  const displaced = await listDisplacedEntries(item.runId, item.ordinal);
  const missing: DisplacedEntry[] = [];
  for (const entry of displaced) if (await leadsNowhere(move, item, entry)) missing.push(entry);
  move.signal.throwIfAborted();
  const isComing = missing.length > 0 && (await startPuttingBack(move, missing));
  const texts = displaced.map((entry) => whereText(entry, isComing && missing.includes(entry)));
  return texts.length === 0 ? null : texts.join("; ");
}

/**
 * Ends the move of an image that makes room, for a resumed run or after it failed before: where the restore has failed by now, the image stays,
 * or comes back.
 */
export async function endDisplacement(move: Move, item: RunItemRecord, displacer: Displacer): Promise<void> {
  const { forOrdinal } = reasonSchema.parse(item.reason);
  const restore = await findRunItem(item.runId, forOrdinal);
  if (restore?.state !== "failed") return displacer.move(move, item.ordinal);
  await failRecycle(move, item, "the image that it was to make room for could not be restored");
  const where = await putDisplacedBack(move, restore);
  if (where !== null) await writeItem(move.context, restore, { error: `${restore.error}; ${where}` });
}

const reasonSchema = z.object({ forOrdinal: z.number().int() });

/** Whether a tag of it is on no image. What the registry does not tell counts as nowhere, but for a restore that had set its tags. */
async function leadsNowhere({ adapter }: Move, item: RunItemRecord, { tags }: DisplacedEntry): Promise<boolean> {
  if (item.step === "clean") return false;
  try {
    for (const tag of tags) if ((await adapter.resolve(item.repositoryName, tag)) === null) return true;
    return false;
  } catch {
    return true;
  }
}

/** False = somebody else has them by now, or may not have them back. */
async function startPuttingBack({ context, space }: Move, entries: readonly DisplacedEntry[]): Promise<boolean> {
  try {
    await createBinRun(context.scope, space, {
      ...{ kind: "restore", selection: { entryIds: entries.map((entry) => entry.entryId) } },
      options: { onTagConflict: "keep_current" },
    });
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function whereText({ digest, tags }: DisplacedEntry, isComing: boolean): string {
  const image = `${digest.slice(0, 19)}, which had ${tags.join(", ")} and made room for it,`;
  return isComing
    ? `${image} comes back by a run of its own, and is in the recycle bin until then`
    : `${image} is in the recycle bin: restore it from there`;
}
