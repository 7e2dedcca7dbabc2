import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { callOperation } from "@/contracts/call";
import { getRun } from "@/contracts/history";
import {
  getLifecycle,
  getSpaceLifecycle,
  type LifecycleOutcomeDto,
  previewSpaceLifecycle,
  removeSpaceLifecycle,
  runLifecycle,
  setLifecycle,
  setSpaceLifecycle,
  tryLifecycle,
} from "@/contracts/lifecycle";
import type { LifecycleKeep } from "@/domain/rules/lifecycle";
import { historyKeys, noteStartedRun } from "../history/queries";
import { isRunOver } from "../history/run-words";

const RUN_EVERY_MS = 1_000;

const lifecycleKeys = {
  all: (workspaceId: string) => ["lifecycle", workspaceId] as const,
  workspace: (workspaceId: string) => ["lifecycle", workspaceId, "workspace"] as const,
  place: (workspaceId: string, spaceId: string, repository: string | null) =>
    ["lifecycle", workspaceId, "space", spaceId, repository] as const,
};

/** A place for a policy: a space, or one of its repositories. */
export interface PolicyPlace {
  workspaceId: string;
  spaceId: string;
  repository: string | null;
}
const queryOf = ({ repository }: PolicyPlace) => (repository === null ? {} : { repository });

/** The workspace's policy, its tags and quota; read only while it is shown. */
export function useLifecycle(workspaceId: string) {
  return useQuery({
    queryKey: lifecycleKeys.workspace(workspaceId),
    queryFn: ({ signal }) => callOperation(getLifecycle, { params: { workspaceId } }, { signal }),
  });
}

/** Which policy counts at a place; nothing is asked while it is null. */
export function useSpaceLifecycle(place: PolicyPlace | null) {
  const { workspaceId = "", spaceId = "", repository = null } = place ?? {};
  return useQuery({
    queryKey: lifecycleKeys.place(workspaceId, spaceId, repository),
    queryFn: ({ signal }) =>
      callOperation(
        getSpaceLifecycle,
        { params: { workspaceId, spaceId }, query: queryOf({ workspaceId, spaceId, repository }) },
        { signal },
      ),
    enabled: place !== null,
  });
}

/** Errors: unprocessable (more tags than the quota, nothing reserved), conflict (somebody changed it meanwhile). */
export function useSetLifecycle(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: LifecycleKeep & { revision: number; isEnabled: boolean }) =>
      callOperation(setLifecycle, { params: { workspaceId }, body }),
    onSuccess: (saved) => {
      queryClient.setQueryData(lifecycleKeys.workspace(workspaceId), saved);
      return queryClient.invalidateQueries({ queryKey: lifecycleKeys.all(workspaceId) });
    },
  });
}

/** Errors as `useSetLifecycle`. */
export function useSetSpaceLifecycle(place: PolicyPlace) {
  const queryClient = useQueryClient();
  const { workspaceId, spaceId } = place;
  return useMutation({
    mutationFn: (body: LifecycleKeep & { revision: number }) =>
      callOperation(setSpaceLifecycle, { params: { workspaceId, spaceId }, query: queryOf(place), body }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: lifecycleKeys.all(workspaceId) }),
  });
}

export function useRemoveSpaceLifecycle(place: PolicyPlace) {
  const queryClient = useQueryClient();
  const { workspaceId, spaceId } = place;
  return useMutation({
    mutationFn: () => callOperation(removeSpaceLifecycle, { params: { workspaceId, spaceId }, query: queryOf(place) }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: lifecycleKeys.all(workspaceId) }),
  });
}

/** A preview in each space of what the workspace's policy, as written, would take. */
export function useTryLifecycle(workspaceId: string) {
  return useMutation({
    mutationFn: (keep: LifecycleKeep) => callOperation(tryLifecycle, { params: { workspaceId }, body: keep }),
  });
}

/** A preview of what the policy of a place, as written, would take. */
export function usePreviewSpaceLifecycle(place: PolicyPlace) {
  const queryClient = useQueryClient();
  const { workspaceId, spaceId } = place;
  return useMutation({
    mutationFn: (keep: LifecycleKeep) =>
      callOperation(previewSpaceLifecycle, { params: { workspaceId, spaceId }, query: queryOf(place), body: keep }),
    onSuccess: (run) => noteStartedRun(queryClient, workspaceId, run),
  });
}

/** Runs the saved policies now. Errors: unprocessable where none is on. */
export function useRunLifecycle(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => callOperation(runLifecycle, { params: { workspaceId } }),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: ["runs", workspaceId] }),
        queryClient.invalidateQueries({ queryKey: lifecycleKeys.all(workspaceId) }),
      ]),
  });
}

/** The runs that were started, by id, each asked for until it is over: what is known of it, and why it is not. */
export function useStartedRuns(workspaceId: string, outcomes: readonly LifecycleOutcomeDto[]) {
  const runIds = outcomes.flatMap(({ runId }) => runId ?? []);
  const runs = useQueries({
    queries: runIds.map((runId) => ({
      queryKey: historyKeys.run(workspaceId, runId),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        callOperation(getRun, { params: { workspaceId, runId } }, { signal }),
      refetchInterval: (query: { state: { data?: Parameters<typeof isRunOver>[0] | undefined } }) =>
        query.state.data && isRunOver(query.state.data) ? false : RUN_EVERY_MS,
    })),
  });
  return new Map(runIds.map((runId, at) => [runId, { run: runs[at]?.data, error: runs[at]?.error ?? null }]));
}
