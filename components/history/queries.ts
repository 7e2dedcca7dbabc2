import {
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { z } from "zod";
import { callOperation } from "@/contracts/call";
import {
  cancelRun,
  listHistory,
  listRunEvents,
  listRunFacets,
  listRuns,
  type RunDto,
  type RunEventDto,
} from "@/contracts/history";
import { confirmRun } from "@/contracts/reclaim";
import {
  compareRuns,
  listRunItems,
  type RunChange,
  type RunItemFilterDto,
  type RunItemSort,
  searchRunItems,
  summarizeRunItems,
} from "@/contracts/run-items";
import { isRunOver } from "./run-words";

/** More than a table renders whole, so that a first page with a next one scrolls in its own box. */
const ITEMS_PAGE = 250;
const EVENTS_PAGE = 1000;

export type RunListFilter = Omit<z.output<typeof listRuns.query>, "cursor" | "limit"> & { limit?: number };
type RunItemOrder = { sort?: RunItemSort | undefined; order?: "asc" | "desc" | undefined };

export const historyKeys = {
  runs: (workspaceId: string, spaceId: string, filter: RunListFilter) =>
    ["runs", workspaceId, spaceId, filter] as const,
  run: (workspaceId: string, runId: string) => ["run", workspaceId, runId] as const,
  events: (workspaceId: string, runId: string) => ["run-events", workspaceId, runId] as const,
  items: (workspaceId: string, runId: string, filter: RunItemFilterDto & RunItemOrder) =>
    ["run-items", workspaceId, runId, filter] as const,
  audit: (workspaceId: string, spaceId: string, search: string) => ["history", workspaceId, spaceId, search] as const,
};

/** A run that was just started is known from its first state on: whoever follows it notices its end even if that comes before the first look. */
export function noteStartedRun(queryClient: QueryClient, workspaceId: string, run: RunDto): Promise<void> {
  queryClient.setQueryData(historyKeys.run(workspaceId, run.id), run);
  return queryClient.invalidateQueries({ queryKey: ["runs", workspaceId, run.spaceId] });
}

/** Runs of a space, newest first, page by page. While one of them is not over, the first page is read again each 3 s. */
export function useRuns(workspaceId: string, spaceId: string, filter: RunListFilter = {}) {
  return useInfiniteQuery({
    queryKey: historyKeys.runs(workspaceId, spaceId, filter),
    queryFn: ({ pageParam, signal }) =>
      callOperation(
        listRuns,
        {
          params: { workspaceId, spaceId },
          query: { limit: 50, ...filter, ...(pageParam ? { cursor: pageParam } : {}) },
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items.some((run) => !isRunOver(run))) ? 3000 : false,
  });
}

/** People and rules that the runs of a space can be filtered by. */
export function useRunFacets(workspaceId: string, spaceId: string) {
  return useQuery({
    queryKey: ["runs", workspaceId, spaceId, "facets"] as const,
    queryFn: ({ signal }) => callOperation(listRunFacets, { params: { workspaceId, spaceId } }, { signal }),
  });
}

/** The log of a run as far as it is known; frames of the stream append to it. */
export function useRunEvents(workspaceId: string, runId: string) {
  const queryClient = useQueryClient();
  const key = historyKeys.events(workspaceId, runId);
  return useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      let all = continuousFrom(queryClient.getQueryData<RunEventDto[]>(key) ?? []);
      for (;;) {
        const after = all.at(-1)?.sequence ?? 0;
        const page = await callOperation(
          listRunEvents,
          { params: { workspaceId, runId }, query: { after, limit: EVENTS_PAGE } },
          { signal },
        );
        all = mergeEvents(all, page.items);
        // Frames may have arrived while this was read.
        if (page.items.length < EVENTS_PAGE)
          return mergeEvents(all, queryClient.getQueryData<RunEventDto[]>(key) ?? []);
      }
    },
    enabled: runId !== "",
  });
}

/** Events up to the first gap: what comes after it is read again. */
function continuousFrom(events: readonly RunEventDto[]): RunEventDto[] {
  const end = events.findIndex((event, index) => event.sequence !== index + 1);
  return events.slice(0, end === -1 ? events.length : end);
}

/** Both lists in order, each event once: a frame of the stream and a page of the log may overlap. */
export function mergeEvents(known: readonly RunEventDto[], more: readonly RunEventDto[]): RunEventDto[] {
  const bySequence = new Map([...known, ...more].map((event) => [event.sequence, event]));
  return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence);
}

/**
 * The images of a run with their verdicts, page by page. While the run is live they are read again; the more pages are
 * loaded, the less often, so that a long list does not load the console.
 */
export function useRunItems(
  workspaceId: string,
  runId: string,
  filter: RunItemFilterDto & RunItemOrder,
  isLive: boolean,
) {
  return useInfiniteQuery({
    queryKey: historyKeys.items(workspaceId, runId, filter),
    queryFn: ({ pageParam, signal }) =>
      callOperation(
        listRunItems,
        {
          params: { workspaceId, runId },
          query: { limit: ITEMS_PAGE, ...filter, ...(pageParam ? { cursor: pageParam } : {}) },
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (isLive ? 1500 * Math.max(1, query.state.data?.pages.length ?? 1) : false),
    enabled: runId !== "",
  });
}

/** Totals of what a filter finds in a run, and what all of it can be filtered by. */
export function useRunItemSummary(workspaceId: string, runId: string, filter: RunItemFilterDto, isLive: boolean) {
  return useQuery({
    queryKey: ["run-items", workspaceId, runId, "summary", filter] as const,
    queryFn: ({ signal }) =>
      callOperation(summarizeRunItems, { params: { workspaceId, runId }, query: filter }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: isLive ? 3000 : false,
  });
}

/** What differs between a run and an earlier one (default: the last preview of the same rules before it), page by page. */
export function useRunComparison(
  workspaceId: string,
  runId: string,
  filter: { against?: string | undefined; change?: RunChange | undefined },
) {
  return useInfiniteQuery({
    queryKey: ["run-items", workspaceId, runId, "comparison", filter] as const,
    queryFn: ({ pageParam, signal }) =>
      callOperation(
        compareRuns,
        {
          params: { workspaceId, runId },
          query: { limit: ITEMS_PAGE, ...filter, ...(pageParam ? { cursor: pageParam } : {}) },
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}

/** What runs took, restored or purged in a space, latest first, page by page. */
export function useFoundRunItems(workspaceId: string, spaceId: string, search: string) {
  return useInfiniteQuery({
    queryKey: ["found-run-items", workspaceId, spaceId, search] as const,
    queryFn: ({ pageParam, signal }) =>
      callOperation(
        searchRunItems,
        {
          params: { workspaceId, spaceId },
          query: { limit: 100, ...(search ? { search } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}

/** How many images of a finished plan a limit (or a stop) left for another run; undefined until it is known. */
export function useLeftOutCount(workspaceId: string, run: RunDto | undefined): number | undefined {
  return useQuery({
    queryKey: ["run-items", workspaceId, run?.id, "left-out"] as const,
    queryFn: ({ signal }) =>
      callOperation(
        listRunItems,
        { params: { workspaceId, runId: run?.id ?? "" }, query: { state: "left_out", limit: 1 } },
        { signal },
      ),
    enabled: run !== undefined && run.kind === "reclaim" && isRunOver(run),
  }).data?.total;
}

/** Asks a run to stop; the answer (usually "cancelling") goes straight into the cache. */
export function useCancelRun(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (runId: string) => callOperation(cancelRun, { params: { workspaceId, runId } }),
    onSuccess: (run) => {
      queryClient.setQueryData(historyKeys.run(workspaceId, run.id), run);
      return queryClient.invalidateQueries({ queryKey: ["runs", workspaceId, run.spaceId] });
    },
  });
}

/** Lets a run go on that waits for a confirmation; the answer goes straight into the cache. */
export function useConfirmRun(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (runId: string) => callOperation(confirmRun, { params: { workspaceId, runId } }),
    onSuccess: (run) => {
      queryClient.setQueryData(historyKeys.run(workspaceId, run.id), run);
      return queryClient.invalidateQueries({ queryKey: ["runs", workspaceId, run.spaceId] });
    },
  });
}

/** Who did what in a space, newest first, page by page. */
export function useHistory(workspaceId: string, spaceId: string, search: string) {
  return useInfiniteQuery({
    queryKey: historyKeys.audit(workspaceId, spaceId, search),
    queryFn: ({ pageParam, signal }) =>
      callOperation(
        listHistory,
        {
          params: { workspaceId, spaceId },
          query: { limit: 100, ...(search ? { search } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}
