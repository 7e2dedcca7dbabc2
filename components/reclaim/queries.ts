import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { callOperation } from "@/contracts/call";
import type { RunDto } from "@/contracts/history";
import { previewReclaim, startReclaim } from "@/contracts/reclaim";
import { historyKeys } from "../history/queries";

export type PreviewInput = z.input<typeof previewReclaim.body>;

function useRunStarted(workspaceId: string, spaceId: string) {
  const queryClient = useQueryClient();
  return (run: RunDto) => {
    queryClient.setQueryData(historyKeys.run(workspaceId, run.id), run);
    return queryClient.invalidateQueries({ queryKey: ["runs", workspaceId, spaceId] });
  };
}

/** Starts a preview of saved rules or of one that is being written; answers the dry run to follow. */
export function usePreviewReclaim(workspaceId: string, spaceId: string) {
  const onSuccess = useRunStarted(workspaceId, spaceId);
  return useMutation({
    mutationFn: (body: PreviewInput) => callOperation(previewReclaim, { params: { workspaceId, spaceId }, body }),
    onSuccess,
  });
}

/** Runs enabled rules now; answers the run to follow. */
export function useStartReclaim(workspaceId: string, spaceId: string) {
  const onSuccess = useRunStarted(workspaceId, spaceId);
  return useMutation({
    mutationFn: (ruleIds: string[]) =>
      callOperation(startReclaim, { params: { workspaceId, spaceId }, body: { ruleIds } }),
    onSuccess,
  });
}
