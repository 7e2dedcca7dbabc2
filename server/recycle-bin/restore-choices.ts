import type { TagConflictChoice } from "@/domain/recycle-bin/restore-tag";
import type { RunItemRecord } from "@/server/history/run-journal";
import { readTagDecisions } from "./tag-decision.store";
import { listContestedTags, listRestoredImages } from "./take-back.store";

/** The image that has a tag. */
interface TagHolder {
  digest: string;
  /** When the tag was set on it, as far as is known: then or earlier. Epoch ms. */
  taggedAtMs: number;
}

/** What is to become of tags that a restore run finds taken. */
export interface RestoreChoices {
  /** By name where somebody decided so, else the choice for all. */
  choiceFor(entryId: string, tag: string): TagConflictChoice;
  /** Why a tag is not taken from the image that has it, in words: nobody who decided saw that one there. null = it may be taken. */
  refusalOf(entryId: string, tag: string, holder: TagHolder): string | null;
  /** Whether an item may take any tag back: then the image that has it may have to make room first. */
  mayTakeBack(item: RunItemRecord): boolean;
  /** Whether another entry of this run gets the tag: the one recycled last. */
  isAnothers(repositoryName: string, tag: string, entryId: string): boolean;
  /** Whether this run puts the image back itself: nothing is taken from it. */
  isRestoredHere(repositoryName: string, digest: string): boolean;
}

/** Reads what was decided when the run was asked for; `decidedAt` is when that was. */
export async function readRestoreChoices(
  runId: string,
  { onTagConflict, decidedAt }: { onTagConflict: TagConflictChoice; decidedAt: Date },
): Promise<RestoreChoices> {
  const [decisions, contested, restored] = await Promise.all([
    readTagDecisions(runId),
    listContestedTags(runId),
    listRestoredImages(runId),
  ]);
  const byName = new Map(decisions.map((decision) => [`${decision.entryId} ${decision.tag}`, decision]));
  const takers = new Set(decisions.filter(({ choice }) => choice === "take_back").map(({ entryId }) => entryId));
  const winners = new Map(contested.map(({ repositoryName, tag, entryId }) => [`${repositoryName}:${tag}`, entryId]));
  return {
    choiceFor: (entryId, tag) => byName.get(`${entryId} ${tag}`)?.choice ?? onTagConflict,
    refusalOf: (entryId, tag, { digest, taggedAtMs }) => {
      const seen = byName.get(`${entryId} ${tag}`)?.currentDigest;
      if (seen === digest) return null;
      if (seen !== undefined) return `it is not ${seen.slice(0, 19)}, from which it was to be taken back`;
      return taggedAtMs > decidedAt.getTime() ? "it was pushed there after the restore was asked for" : null;
    },
    mayTakeBack: ({ binEntryId }) => onTagConflict === "take_back" || takers.has(binEntryId ?? ""),
    isAnothers: (repositoryName, tag, entryId) => (winners.get(`${repositoryName}:${tag}`) ?? entryId) !== entryId,
    isRestoredHere: (repositoryName, digest) => restored.has(`${repositoryName}@${digest}`),
  };
}
