import type { Artifact } from "@/domain/rules/facts";
import type { RunItemRecord } from "@/server/history/run-journal";

/** Who decides whether an item may still go: the rules of a run, or a person. Answers are sentences for people. */
export interface RecycleGuard {
  /** Before anything is copied; null = go on. */
  beforeCopy(item: RunItemRecord): Promise<string | null>;
  /** Right before the removal, by fresh facts of the whole repository: what may leave it, or why the image stays. */
  beforeRemoval(
    item: RunItemRecord,
    facts: readonly Artifact[],
  ): Promise<{ stale: string } | { removable: ReadonlySet<string> }>;
  /** Which rule revision the entry names. */
  ruleOf(item: RunItemRecord): { ruleId: string | null; ruleRevision: number | null };
}
