import { z } from "zod";
import type { RunDto } from "@/contracts/history";
import { TAG_CONFLICT_CHOICES } from "@/domain/recycle-bin/restore-tag";
import { AppError, notFound } from "@/server/platform/app-error";
import { requirePermission, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { createBinRun } from "./create-bin-run";
import { findProblemEntry, findRunOptions } from "./entry-problem.store";

const restoreOptionsSchema = z.object({
  onTagConflict: z.enum(TAG_CONFLICT_CHOICES),
  targetRepository: z.string().optional(),
});

/**
 * Tries again what failed with an entry: its restore as it was asked for, its purge, or to take the copy of a failed recycle away, which
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
      const asked = restoreOptionsSchema.safeParse(await findRunOptions(scope.workspaceId, entry.problemRunId ?? ""));
      const { onTagConflict, targetRepository } = asked.success
        ? asked.data
        : { onTagConflict: "keep_current" as const, targetRepository: undefined };
      return createBinRun(scope, space, {
        ...{ kind: "restore", selection, targetRepository },
        options: { onTagConflict, ...(targetRepository === undefined ? {} : { targetRepository }) },
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
