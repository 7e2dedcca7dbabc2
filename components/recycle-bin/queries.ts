import {
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { callOperation } from "@/contracts/call";
import {
  type BIN_SORTS,
  type BinFilterDto,
  checkBin,
  checkRestore,
  getBinEntry,
  giveUpBinEntry,
  listBinFacets,
  listWorkspaceBinEntries,
  retryBinEntry,
  startPurge,
  startRestore,
  summarizeBin,
  type TAG_CHOICES,
} from "@/contracts/recycle-bin";
import { noteStartedRun } from "../history/queries";

export type BinOrder = { sort: (typeof BIN_SORTS)[number]; order: "asc" | "desc" };
export type TagChoice = (typeof TAG_CHOICES)[number];
/** Entries of one space: by id, or all that a filter finds but for some. */
export type BinSelection = { entryIds: string[] } | { filter: BinFilterDto; exceptIds: string[] };
/** Null = all spaces of the workspace. */
type SpaceId = string | null;

const binKeys = {
  all: (workspaceId: string) => ["bin", workspaceId] as const,
  space: (workspaceId: string, spaceId: SpaceId) => ["bin", workspaceId, spaceId ?? "all"] as const,
};

const inSpace = (spaceId: SpaceId) => (spaceId === null ? {} : { spaceId });

/** What is in the recycle bin of a space, or of all of them, page by page. */
export function useBinEntries(workspaceId: string, spaceId: SpaceId, filter: BinFilterDto, order: BinOrder) {
  return useInfiniteQuery({
    queryKey: [...binKeys.space(workspaceId, spaceId), "list", filter, order],
    queryFn: ({ pageParam, signal }) =>
      callOperation(
        listWorkspaceBinEntries,
        {
          params: { workspaceId },
          query: { limit: 100, ...inSpace(spaceId), ...filter, ...order, ...(pageParam ? { cursor: pageParam } : {}) },
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}

/** What a filter finds as one; read again each few seconds while entries are being read back. */
export function useBinSummary(workspaceId: string, spaceId: SpaceId, filter: BinFilterDto, isNeeded = true) {
  return useQuery({
    queryKey: [...binKeys.space(workspaceId, spaceId), "summary", filter],
    queryFn: ({ signal }) =>
      callOperation(summarizeBin, { params: { workspaceId }, query: { ...inSpace(spaceId), ...filter } }, { signal }),
    enabled: isNeeded,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => ((query.state.data?.checks.pending ?? 0) > 0 ? 3_000 : false),
  });
}

/** What the bin can be narrowed to. */
export function useBinFacets(workspaceId: string, spaceId: SpaceId, isNeeded: boolean) {
  return useQuery({
    queryKey: [...binKeys.space(workspaceId, spaceId), "facets"],
    queryFn: ({ signal }) =>
      callOperation(listBinFacets, { params: { workspaceId }, query: inSpace(spaceId) }, { signal }),
    enabled: isNeeded,
    staleTime: 30_000,
  });
}

/** One entry with every manifest it holds. */
export function useBinEntry(workspaceId: string, spaceId: string, entryId: string) {
  return useQuery({
    queryKey: [...binKeys.space(workspaceId, spaceId), "entry", entryId],
    queryFn: ({ signal }) => callOperation(getBinEntry, { params: { workspaceId, spaceId, entryId } }, { signal }),
  });
}

/** Asks what restoring would meet. A mutation, because the answer is about this very moment. */
export function useCheckRestore(workspaceId: string) {
  return useMutation({
    mutationFn: ({ spaceId, ...body }: BinSelection & { spaceId: string; targetRepository?: string }) =>
      callOperation(checkRestore, { params: { workspaceId, spaceId }, body }),
  });
}

/** Starts a restore run; answers the run to follow. */
export function useStartRestore(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({
      spaceId,
      ...body
    }: BinSelection & {
      spaceId: string;
      onTagConflict: TagChoice;
      targetRepository?: string;
      decisions?: { entryId: string; tag: string; choice: TagChoice; currentDigest: string }[];
    }) => callOperation(startRestore, { params: { workspaceId, spaceId }, body }),
    onSuccess: (run) => noteStarted(queryClient, workspaceId, run),
  });
}

/** Starts a purge run; `typedName` is what the person typed, compared by the server too. */
export function useStartPurge(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ spaceId, ...body }: BinSelection & { spaceId: string; typedName: string }) =>
      callOperation(startPurge, { params: { workspaceId, spaceId }, body }),
    onSuccess: (run) => noteStarted(queryClient, workspaceId, run),
  });
}

/** Has all of a space's bin read back from the registry soon. */
export function useCheckBin(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (spaceId: string) => callOperation(checkBin, { params: { workspaceId, spaceId } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: binKeys.all(workspaceId) }),
  });
}

type EntryPlace = { spaceId: string; entryId: string };

/** Tries again what failed with an entry; answers the run to follow. */
export function useRetryBinEntry(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (place: EntryPlace) => callOperation(retryBinEntry, { params: { workspaceId, ...place } }),
    onSuccess: (run) => noteStarted(queryClient, workspaceId, run),
  });
}

/** Puts a failure away. */
export function useGiveUpBinEntry(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (place: EntryPlace) => callOperation(giveUpBinEntry, { params: { workspaceId, ...place } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: binKeys.all(workspaceId) }),
  });
}

function noteStarted(
  queryClient: QueryClient,
  workspaceId: string,
  run: Parameters<typeof noteStartedRun>[2],
): Promise<unknown> {
  return Promise.all([
    noteStartedRun(queryClient, workspaceId, run),
    queryClient.invalidateQueries({ queryKey: binKeys.all(workspaceId) }),
  ]);
}
