import type { Oddity } from "@/domain/gc/oddity";
import type { PackedListing } from "@/domain/gc/packed-listing";
import type { ManifestsRead } from "./manifest-reading";
import type { EntryOutcome, StorageEntry } from "./remove-entry";

/**
 * What a thread is asked to do with the storage below `root`. Digests travel as words, eight each. `gate` is asked about every few
 * entries, and before each removal.
 */
export type ThreadJob =
  | { kind: "shards"; root: string; gate: SharedArrayBuffer; shards: readonly string[] }
  | {
      kind: "repositories";
      root: string;
      gate: SharedArrayBuffer;
      names: readonly string[];
      withLinkTimes: boolean;
      withTagHistories: boolean;
    }
  | {
      kind: "manifests";
      root: string;
      gate: SharedArrayBuffer;
      digests: Uint32Array;
      /** Those that are named otherwise than they are stored: sha512. */
      others: readonly { digest: string; storedAs: string }[];
      quarantineRunId: string | null;
    }
  | { kind: "sizes"; root: string; gate: SharedArrayBuffer; digests: Uint32Array }
  | { kind: "remove"; root: string; gate: SharedArrayBuffer; entries: readonly StorageEntry[] };

export type ThreadResults = {
  shards: { words: Uint32Array; oddities: Oddity[] };
  repositories: {
    listing: PackedListing;
    emptyRevisions: { repository: string; digest: string }[];
    oddities: Oddity[];
  };
  manifests: ManifestsRead;
  /** Of each blob its size in bytes and its time in ms; -1 where there is no such content. */
  sizes: Float64Array;
  /** Of each entry that was begun, in order. */
  remove: EntryDone[];
};

export type EntryDone = { outcome: EntryOutcome } | { failure: { path: string; reason: string } };

export type ThreadAnswer =
  | { id: number; state: "done"; result: ThreadResults[keyof ThreadResults] }
  | { id: number; state: "stopped" }
  /** `path` is null for what is no failure of the storage. */
  | { id: number; state: "failed"; path: string | null; reason: string };
