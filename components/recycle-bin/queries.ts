import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { callOperation } from "@/contracts/call";
import { checkRestore, getBinEntry, listBinEntries, startPurge, startRestore } from "@/contracts/recycle-bin";
import { noteStartedRun } from "../history/queries";

export type BinFilter = { search?: string; repository?: string };

const binKeys = {
  space: (workspaceId: string, spaceId: string) => ["bin", workspaceId, spaceId] as const,
  list: (workspaceId: string, spaceId: string, filter: BinFilter) =>
    ["bin", workspaceId, spaceId, "list", filter] as const,
  entry: (workspaceId: string, spaceId: string, entryId: string) =>
    ["bin", workspaceId, spaceId, "entry", entryId] as const,
};

/** What is in the recycle bin of a space, latest first, page by page. */
export function useBinEntries(workspaceId: string, spaceId: string, filter: BinFilter) {
  return useInfiniteQuery({
    queryKey: binKeys.list(workspaceId, spaceId, filter),
    queryFn: ({ pageParam, signal }) =>
      callOperation(
        listBinEntries,
        {
          params: { workspaceId, spaceId },
          query: { limit: 250, ...filter, ...(pageParam ? { cursor: pageParam } : {}) },
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}

/** One entry with every manifest it holds; nothing is read while `entryId` is null. */
export function useBinEntry(workspaceId: string, spaceId: string, entryId: string | null) {
  return useQuery({
    queryKey: binKeys.entry(workspaceId, spaceId, entryId ?? ""),
    queryFn: ({ signal }) =>
      callOperation(getBinEntry, { params: { workspaceId, spaceId, entryId: entryId ?? "" } }, { signal }),
    enabled: entryId !== null,
  });
}

/** Asks what restoring these entries would meet. A mutation, because the answer is about this very moment. */
export function useCheckRestore(workspaceId: string, spaceId: string) {
  return useMutation({
    mutationFn: (entryIds: string[]) =>
      callOperation(checkRestore, { params: { workspaceId, spaceId }, body: { entryIds } }),
  });
}

/** Starts a restore run; answers the run to follow. */
export function useStartRestore(workspaceId: string, spaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: { entryIds: string[]; onTagConflict: "keep_current" | "restore_as" }) =>
      callOperation(startRestore, { params: { workspaceId, spaceId }, body }),
    onSuccess: (run) => noteStartedRun(queryClient, workspaceId, run),
  });
}

/** Starts a purge run; `typedName` is what the person typed, compared by the server too. */
export function useStartPurge(workspaceId: string, spaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: { entryIds: string[]; typedName: string }) =>
      callOperation(startPurge, { params: { workspaceId, spaceId }, body }),
    onSuccess: (run) => noteStartedRun(queryClient, workspaceId, run),
  });
}
