import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { callOperation } from "@/contracts/call";
import {
  type GC_HISTORY_KINDS,
  getGcStatus,
  getRegistryGc,
  listGcHistory,
  startGc,
  type startGcBodySchema,
  undoGc,
} from "@/contracts/gc";
import {
  getGcSchedule,
  listGcRegistries,
  removeGcSchedule,
  requestGc,
  setGcEnablement,
  setGcSchedule,
  type setGcScheduleBodySchema,
} from "@/contracts/gc-settings";
import { historyKeys } from "../history/queries";
import { isRunOver } from "../history/run-words";

export type StartGcInput = z.input<typeof startGcBodySchema>;
export type GcScheduleInput = z.input<typeof setGcScheduleBodySchema>;
export type GcHistoryKind = (typeof GC_HISTORY_KINDS)[number];

/** From where a registry's collections are looked at: one of its spaces, or the registry itself. */
export type GcTarget = { spaceId: string } | { registryId: string };

const HISTORY_PAGE = 30;

const gcKeys = {
  all: (workspaceId: string) => ["gc", workspaceId] as const,
  status: (workspaceId: string, target: GcTarget) => ["gc", workspaceId, "status", target] as const,
  schedule: (workspaceId: string, registryId: string) => ["gc", workspaceId, "schedule", registryId] as const,
  history: (workspaceId: string, registryId: string) => ["gc", workspaceId, "history", registryId] as const,
  platform: ["platform", "gc-registries"] as const,
};

/** Unused data of a registry and the collection that runs; read again each 5 s while somebody collects. */
export function useGcStatus(workspaceId: string, target: GcTarget) {
  return useQuery({
    queryKey: gcKeys.status(workspaceId, target),
    queryFn: ({ signal }) =>
      "spaceId" in target
        ? callOperation(getGcStatus, { params: { workspaceId, ...target } }, { signal })
        : callOperation(getRegistryGc, { params: { workspaceId, ...target } }, { signal }),
    refetchInterval: (query) => (query.state.data?.isBusyElsewhere || query.state.data?.activeRun ? 5000 : 30_000),
  });
}

/** Starts a collection and puts its row into the cache, so that the live view has something to show at once. */
export function useStartGc(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ spaceId, ...body }: StartGcInput & { spaceId: string }) =>
      callOperation(startGc, { params: { workspaceId, spaceId }, body }),
    onSuccess: (run) => {
      queryClient.setQueryData(historyKeys.run(workspaceId, run.id), run);
      return Promise.all([
        queryClient.invalidateQueries({ queryKey: gcKeys.all(workspaceId) }),
        queryClient.invalidateQueries({ queryKey: ["runs", workspaceId, run.spaceId] }),
        queryClient.invalidateQueries({ queryKey: ["registries", workspaceId] }),
      ]);
    },
  });
}

/** Has what an online collection took put back; the worker does it within seconds, and its totals say so then. */
export function useUndoGc(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (runId: string) => callOperation(undoGc, { params: { workspaceId, runId } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: gcKeys.all(workspaceId) }),
  });
}

/** Collections of a registry and what else happened to it, newest first, page by page; read again while one of them runs. */
export function useGcHistory(workspaceId: string, registryId: string, filter: { show: GcHistoryKind; search: string }) {
  return useInfiniteQuery({
    queryKey: [...gcKeys.history(workspaceId, registryId), filter] as const,
    queryFn: ({ pageParam, signal }) =>
      callOperation(
        listGcHistory,
        {
          params: { workspaceId, registryId },
          query: {
            ...{ limit: HISTORY_PAGE, show: filter.show },
            ...(filter.search ? { search: filter.search } : {}),
            ...(pageParam ? { cursor: pageParam } : {}),
          },
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items.some((item) => item.kind === "run" && !isRunOver(item.run)))
        ? 3000
        : false,
  });
}

/** The newest collection of a registry that has ended. */
export function useLastCollection(workspaceId: string, registryId: string) {
  const history = useGcHistory(workspaceId, registryId, { show: "runs", search: "" });
  const runs = history.data?.pages[0]?.items.flatMap((item) => (item.kind === "run" ? [item.run] : []));
  return runs?.find(isRunOver);
}

/** Asks the platform's admins to enable collections of a registry. */
export function useRequestGc(workspaceId: string, registryId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (note: string) => callOperation(requestGc, { params: { workspaceId, registryId }, body: { note } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: gcKeys.all(workspaceId) }),
  });
}

/** All registries with what is asked for and enabled; for platform admins. */
export function useGcRegistries() {
  return useQuery({
    queryKey: gcKeys.platform,
    queryFn: ({ signal }) => callOperation(listGcRegistries, {}, { signal }),
  });
}

export function useSetGcEnablement() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ registryId, isEnabled }: { registryId: string; isEnabled: boolean }) =>
      callOperation(setGcEnablement, { params: { registryId }, body: { isEnabled } }),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: gcKeys.platform }),
        queryClient.invalidateQueries({ queryKey: ["gc"] }),
        queryClient.invalidateQueries({ queryKey: ["registries"] }),
      ]),
  });
}

/** When a registry is collected by itself; read again each minute, because its next times come closer. */
export function useGcSchedule(workspaceId: string, registryId: string) {
  return useQuery({
    queryKey: gcKeys.schedule(workspaceId, registryId),
    queryFn: ({ signal }) => callOperation(getGcSchedule, { params: { workspaceId, registryId } }, { signal }),
    refetchInterval: 60_000,
  });
}

/** Errors: conflict where somebody else changed it meanwhile. */
export function useSetGcSchedule(workspaceId: string, registryId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: GcScheduleInput) => callOperation(setGcSchedule, { params: { workspaceId, registryId }, body }),
    onSuccess: (saved) => {
      queryClient.setQueryData(gcKeys.schedule(workspaceId, registryId), saved);
      return queryClient.invalidateQueries({ queryKey: gcKeys.history(workspaceId, registryId) });
    },
  });
}

export function useRemoveGcSchedule(workspaceId: string, registryId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => callOperation(removeGcSchedule, { params: { workspaceId, registryId } }),
    onSuccess: (saved) => {
      queryClient.setQueryData(gcKeys.schedule(workspaceId, registryId), saved);
      return queryClient.invalidateQueries({ queryKey: gcKeys.history(workspaceId, registryId) });
    },
  });
}
