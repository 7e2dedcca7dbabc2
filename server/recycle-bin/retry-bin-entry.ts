import { z } from "zod";
import type { RunDto } from "@/contracts/history";
import { TAG_CONFLICT_CHOICES } from "@/domain/recycle-bin/restore-tag";
import { AppError, notFound } from "@/server/platform/app-error";
import { requirePermission, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { createBinRun } from "./create-bin-run";
import { findAskedRun, findProblemEntry } from "./entry-problem.store";
import { readTagDecisions } from "./tag-decision.store";

const restoreOptionsSchema = z.object({
  onTagConflict: z.enum(TAG_CONFLICT_CHOICES),
  targetRepository: z.string().optional(),
  decidedAt: z.string().optional(),
});

/**
 * Tries again what failed with an entry: its restore as it was asked for, tag by tag, its purge, or to take the copy of a failed recycle away, which
 * never was in the bin.
 * @throws AppError not_found, forbidden (a purge: admins), conflict (nothing failed, or it moves by now)
 */
export async function retryBinEntry(
  scope: WorkspaceScope,
  input: { spaceId: string; entryId: string },
): Promise<RunDto> {
  const space = await requireSpace(scope, input.spaceId);
  const entry = await findProblemEntry(space, input.entryId);
  if (entry === null) throw notFound();
  const selection = { entryIds: [entry.id] };
  switch (entry.problemAction) {
    case "restore": {
      const run = await findAskedRun(scope.workspaceId, entry.problemRunId ?? "");
      const asked = restoreOptionsSchema.safeParse(run?.options);
      if (run === null || !asked.success)
        return createBinRun(scope, space, { kind: "restore", selection, options: { onTagConflict: "keep_current" } });
      const { onTagConflict, targetRepository, decidedAt = run.createdAt.toISOString() } = asked.data;
      const decisions = (await readTagDecisions(run.id)).filter((decision) => decision.entryId === entry.id);
      return createBinRun(scope, space, {
        ...{ kind: "restore", selection, targetRepository, decisions },
        // Nobody looked again at who has the tags: what was pushed since is no more theirs to take than it was then.
        options: { onTagConflict, decidedAt, ...(targetRepository === undefined ? {} : { targetRepository }) },
      });
    }
    case "purge":
      requirePermission(scope, "bin.purge");
      return createBinRun(scope, space, { kind: "purge", selection, options: {} });
    case "recycle":
      return createBinRun(scope, space, { kind: "purge", selection, options: {}, takes: ["recycling"] });
    default:
      throw new AppError("conflict", "Nothing is wrong with this entry any more.");
  }
}
