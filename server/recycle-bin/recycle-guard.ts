import type { Artifact } from "@/domain/rules/facts";
import type { RunItemRecord } from "@/server/history/run-journal";
import type { RepositoryView } from "./repository-view";

/** Who decides whether items may still go: the rules of a run, or a person. Answers are sentences for people. */
export interface RecycleGuard {
  /**
   * Reads who decides as it is now. Called anew for each group of items, right before they are asked about. Where the answer only spares
   * a copy that would be for nothing, it may be some milliseconds old.
   */
  open(options?: { maxAgeMs: number }): Promise<OpenGuard>;
  /** Which rule revision the entry names. */
  ruleOf(item: RunItemRecord): { ruleId: string | null; ruleRevision: number | null };
}

interface OpenGuard {
  /** Before anything is copied, by where the tags of its repository lead; null = go on. */
  beforeCopy(item: RunItemRecord, tags: RepositoryView): string | null;
  /** Right before the removal, by fresh facts around the image: what may leave its repository, or why it stays. */
  beforeRemoval(
    item: RunItemRecord,
    facts: readonly Artifact[],
  ): Promise<{ stale: string } | { removable: ReadonlySet<string> }>;
}
