import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { callOperation } from "@/contracts/call";
import { getGcStatus, startGc, type startGcBodySchema } from "@/contracts/gc";
import { historyKeys } from "../history/queries";

export type StartGcInput = z.input<typeof startGcBodySchema>;

const gcKeys = {
  status: (workspaceId: string, spaceId: string) => ["gc", workspaceId, spaceId] as const,
};

/** Unused data of the space's registry and the collection that runs; read again each 5 s while somebody else collects. */
export function useGcStatus(workspaceId: string, spaceId: string) {
  return useQuery({
    queryKey: gcKeys.status(workspaceId, spaceId),
    queryFn: ({ signal }) => callOperation(getGcStatus, { params: { workspaceId, spaceId } }, { signal }),
    refetchInterval: (query) => (query.state.data?.isBusyElsewhere || query.state.data?.activeRun ? 5000 : 30_000),
  });
}

/** Starts a collection and puts its row into the cache, so that the live view has something to show at once. */
export function useStartGc(workspaceId: string, spaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: StartGcInput) => callOperation(startGc, { params: { workspaceId, spaceId }, body }),
    onSuccess: (run) => {
      queryClient.setQueryData(historyKeys.run(workspaceId, run.id), run);
      return Promise.all([
        queryClient.invalidateQueries({ queryKey: gcKeys.status(workspaceId, spaceId) }),
        queryClient.invalidateQueries({ queryKey: ["runs", workspaceId, spaceId] }),
        queryClient.invalidateQueries({ queryKey: ["registries", workspaceId] }),
      ]);
    },
  });
}
