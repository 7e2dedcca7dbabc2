"use client";

import { useState } from "react";
import { toast } from "sonner";
import { problemOf } from "../ui/problem-of";
import { useCheckRestore, useStartRestore } from "./queries";
import type { OnTagConflict, RestoreConflict } from "./restore-conflict-dialog";

/** Restoring in its steps: ask what it would meet, let the person choose where tags conflict, start, hand over the run to follow. */
export function useRestore(workspaceId: string, spaceId: string, onStarted: (runId: string) => void) {
  const check = useCheckRestore(workspaceId, spaceId);
  const start = useStartRestore(workspaceId, spaceId);
  const [asking, setAsking] = useState<{ entryIds: string[]; conflicts: RestoreConflict[] } | null>(null);

  const begin = async (entryIds: string[], onTagConflict: OnTagConflict) => {
    const run = await start.mutateAsync({ entryIds, onTagConflict });
    setAsking(null);
    onStarted(run.id);
  };
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      const problem = problemOf(error);
      toast.error(problem?.title ?? "Nothing was restored", { description: problem?.detail });
    }
  };
  return {
    isBusy: check.isPending || start.isPending,
    asking,
    restore: (entryIds: string[]) =>
      attempt(async () => {
        const { conflicts } = await check.mutateAsync(entryIds);
        if (conflicts.length > 0) setAsking({ entryIds, conflicts });
        else await begin(entryIds, "keep_current");
      }),
    choose: (choice: OnTagConflict) => attempt(async () => (asking ? begin(asking.entryIds, choice) : undefined)),
    cancel: () => setAsking(null),
  };
}
