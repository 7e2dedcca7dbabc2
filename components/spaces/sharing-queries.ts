import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { bindSpace, listBindings, unbindSpace } from "@/contracts/bindings";
import { callOperation } from "@/contracts/call";
import { removeSpace } from "@/contracts/spaces";
import { workspaceKeys } from "../workspaces/queries";

const bindingsKey = (workspaceId: string, spaceId: string) => ["spaces", workspaceId, "bindings", spaceId] as const;

/** Workspaces that may read a space of this one, and those that could be added. */
export function useBindings(workspaceId: string, spaceId: string) {
  return useQuery({
    queryKey: bindingsKey(workspaceId, spaceId),
    queryFn: ({ signal }) => callOperation(listBindings, { params: { workspaceId, spaceId } }, { signal }),
  });
}

/** Binds and takes away what is asked, in this order; what was done before an error stays done, and shows. */
export function useChangeBindings(workspaceId: string, spaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ bound, unbound }: { bound: readonly string[]; unbound: readonly string[] }) => {
      const params = { workspaceId, spaceId };
      if (bound.length > 0) await callOperation(bindSpace, { params, body: { workspaceSlugs: [...bound] } });
      for (const readerSlug of unbound) await callOperation(unbindSpace, { params: { ...params, readerSlug } });
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["spaces", workspaceId] }),
  });
}

/** Removes a space from the console. Errors: `unprocessable` while runs are in progress or its bin holds something. */
export function useRemoveSpace(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ spaceId, typedName }: { spaceId: string; typedName: string }) =>
      callOperation(removeSpace, { params: { workspaceId, spaceId }, query: { typedName } }),
    onSuccess: ({ id }) => {
      queryClient.removeQueries({ queryKey: ["spaces", workspaceId, "space", id] });
      return Promise.all([
        queryClient.invalidateQueries({ queryKey: ["spaces", workspaceId, "list"] }),
        queryClient.invalidateQueries({ queryKey: workspaceKeys.workspace(workspaceId) }),
        queryClient.invalidateQueries({ queryKey: workspaceKeys.registries(workspaceId) }),
      ]);
    },
  });
}
