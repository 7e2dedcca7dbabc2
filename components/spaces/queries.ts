import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { callOperation } from "@/contracts/call";
import { previewRetention } from "@/contracts/recycle-bin";
import {
  createSpace,
  type createSpaceBodySchema,
  getSpace,
  listSpaces,
  updateSpace,
  type updateSpaceBodySchema,
} from "@/contracts/spaces";
import { workspaceKeys } from "../workspaces/queries";

const NUMBERS_EVERY_MS = 10_000;

const spaceKeys = {
  all: (workspaceId: string) => ["spaces", workspaceId] as const,
  list: (workspaceId: string, registryId: string | null) => ["spaces", workspaceId, "list", registryId] as const,
  space: (workspaceId: string, spaceId: string) => ["spaces", workspaceId, "space", spaceId] as const,
  due: (workspaceId: string, spaceId: string) => ["bin", workspaceId, spaceId, "recycled-times"] as const,
};

/** Registry spaces of a workspace, of one registry or of all (`null`); a workspace has few, so they come in one answer. */
export function useSpaces(workspaceId: string, registryId: string | null = null) {
  return useQuery({
    queryKey: spaceKeys.list(workspaceId, registryId),
    queryFn: ({ signal }) =>
      callOperation(
        listSpaces,
        { params: { workspaceId }, query: registryId === null ? {} : { registryId } },
        { signal },
      ),
    refetchInterval: NUMBERS_EVERY_MS,
  });
}

/** One registry space; nothing is read while `spaceId` is null. */
export function useSpace(workspaceId: string, spaceId: string | null) {
  return useQuery({
    queryKey: spaceKeys.space(workspaceId, spaceId ?? ""),
    queryFn: ({ signal }) => callOperation(getSpace, { params: { workspaceId, spaceId: spaceId ?? "" } }, { signal }),
    enabled: spaceId !== null,
    refetchInterval: NUMBERS_EVERY_MS,
  });
}

/** Creates a space. Errors: `conflict` or `unprocessable` for a name or prefix that is taken, overlaps or is reserved. */
export function useCreateSpace(workspaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: z.input<typeof createSpaceBodySchema>) =>
      callOperation(createSpace, { params: { workspaceId }, body }),
    onSuccess: (space) => {
      queryClient.setQueryData(spaceKeys.space(workspaceId, space.id), space);
      return Promise.all([
        queryClient.invalidateQueries({ queryKey: spaceKeys.all(workspaceId) }),
        queryClient.invalidateQueries({ queryKey: workspaceKeys.workspace(workspaceId) }),
      ]);
    },
  });
}

/** Renames a space or changes how long its bin keeps entries; the latter moves the dates of what is in the bin already. */
export function useUpdateSpace(workspaceId: string, spaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: z.input<typeof updateSpaceBodySchema>) =>
      callOperation(updateSpace, { params: { workspaceId, spaceId }, body }),
    onSuccess: (space) => {
      queryClient.setQueryData(spaceKeys.space(workspaceId, spaceId), space);
      return Promise.all([
        queryClient.invalidateQueries({ queryKey: spaceKeys.all(workspaceId) }),
        queryClient.invalidateQueries({ queryKey: ["bin", workspaceId, spaceId] }),
        queryClient.invalidateQueries({ queryKey: ["history", workspaceId, spaceId] }),
      ]);
    },
  });
}

/** What another retention would do to what is in the bin already; nothing is asked while `days` is undefined. */
export function useRetentionPreview(workspaceId: string, spaceId: string, days: number | undefined) {
  return useQuery({
    queryKey: [...spaceKeys.due(workspaceId, spaceId), days],
    enabled: days !== undefined,
    queryFn: ({ signal }) =>
      callOperation(previewRetention, { params: { workspaceId, spaceId }, query: { days: days ?? 1 } }, { signal }),
  });
}
export type RetentionPreview = z.output<typeof previewRetention.response>;
