import type { TagConflictChoice } from "@/domain/recycle-bin/restore-tag";
import type { RunItemRecord } from "@/server/history/run-journal";
import { readTagDecisions } from "./tag-decision.store";
import { listContestedTags, listRestoredImages } from "./take-back.store";

/** What is to become of tags that a restore run finds taken. */
export interface RestoreChoices {
  /** By name where somebody decided so, else the choice for all. */
  choiceFor(entryId: string, tag: string): TagConflictChoice;
  /** Whether an item may take any tag back: then the image that has it may have to make room first. */
  mayTakeBack(item: RunItemRecord): boolean;
  /** Whether another entry of this run gets the tag: the one recycled last. */
  isAnothers(repositoryName: string, tag: string, entryId: string): boolean;
  /** Whether this run puts the image back itself: nothing is taken from it. */
  isRestoredHere(repositoryName: string, digest: string): boolean;
}

/** Reads what was decided when the run was asked for. */
export async function readRestoreChoices(runId: string, onTagConflict: TagConflictChoice): Promise<RestoreChoices> {
  const [decisions, contested, restored] = await Promise.all([
    readTagDecisions(runId),
    listContestedTags(runId),
    listRestoredImages(runId),
  ]);
  const byName = new Map(decisions.map(({ entryId, tag, choice }) => [`${entryId} ${tag}`, choice]));
  const takers = new Set(decisions.filter(({ choice }) => choice === "take_back").map(({ entryId }) => entryId));
  const winners = new Map(contested.map(({ repositoryName, tag, entryId }) => [`${repositoryName}:${tag}`, entryId]));
  return {
    choiceFor: (entryId, tag) => byName.get(`${entryId} ${tag}`) ?? onTagConflict,
    mayTakeBack: ({ binEntryId }) => onTagConflict === "take_back" || takers.has(binEntryId ?? ""),
    isAnothers: (repositoryName, tag, entryId) => (winners.get(`${repositoryName}:${tag}`) ?? entryId) !== entryId,
    isRestoredHere: (repositoryName, digest) => restored.has(`${repositoryName}@${digest}`),
  };
}
