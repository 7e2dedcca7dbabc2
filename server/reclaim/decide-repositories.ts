import type { BlobTable } from "@/domain/reclaim/blob-table";
import { compileRules } from "@/domain/reclaim/plan-reclaim";
import { planRepository } from "@/domain/reclaim/plan-repository";
import type { SpacePlan } from "@/domain/reclaim/space-plan";
import type { AppliedRule } from "@/domain/rules/rule";
import type { PlanRow } from "@/server/history/run-journal";
import { type ImageNotes, type RepositoryRow, readListedRepositories } from "@/server/images/read-listed-repositories";
import type { BulkConnection } from "@/server/platform/db/bulk-connection";
import { planRowOf } from "./plan-row";

/** What repositories are decided by. Plain data: a thread can be given it. */
export interface Decision {
  place: { workspaceId: string; registryId: string; spaceId: string };
  /** In the order of their names. */
  repositories: readonly RepositoryRow[];
  notes: ImageNotes;
  rules: readonly AppliedRule[];
  frame: { nowMs: number; graceMs: number; pullTrackingSinceMs: number | null };
}

/** Where to read, and where what was decided goes. */
export interface DecisionTargets {
  reader: BulkConnection;
  blobs: BlobTable;
  plan: SpacePlan;
  /** Takes rows, numbered from `first`. One call at a time. */
  write: (first: number, rows: readonly PlanRow[]) => Promise<void>;
}

/** Decides repository by repository. What was decided is written while the next one is decided. @throws the signal's reason */
export async function decideRepositories(
  { place, repositories, notes, rules, frame }: Decision,
  { reader, blobs, plan, write }: DecisionTargets,
  signal?: AbortSignal,
): Promise<void> {
  const compiled = compileRules(rules);
  let writing: Promise<void> = Promise.resolve();
  try {
    for await (const facts of readListedRepositories(reader, place, repositories, notes, blobs)) {
      signal?.throwIfAborted();
      const { name, artifacts, blobLists, subjectsElsewhere } = facts;
      const isDigestElsewhere = (digest: string) => subjectsElsewhere.has(digest);
      const repository = planRepository({ name, artifacts, ...frame, isDigestElsewhere }, compiled);
      const first = plan.rowCount;
      plan.add(repository, blobLists);
      const rows = repository.images.map(planRowOf);
      await writing;
      writing = write(first, rows);
      // Awaited with the next repository; until then nobody listens.
      writing.catch(() => undefined);
    }
  } finally {
    await writing;
  }
}
