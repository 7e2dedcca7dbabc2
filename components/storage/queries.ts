import { useQuery } from "@tanstack/react-query";
import { callOperation } from "@/contracts/call";
import { getSpaceStorage, getWorkspaceStorage } from "@/contracts/storage";

const NUMBERS_EVERY_MS = 30_000;

const storageKeys = {
  space: (workspaceId: string, spaceId: string) => ["storage", workspaceId, spaceId] as const,
  workspace: (workspaceId: string) => ["storage", workspaceId] as const,
};

/** Sizes of a space; read again each 30 s while it is looked at. Nothing is read for who is not its owner. */
export function useSpaceStorage(workspaceId: string, spaceId: string, isOwner: boolean) {
  return useQuery({
    queryKey: storageKeys.space(workspaceId, spaceId),
    queryFn: ({ signal }) => callOperation(getSpaceStorage, { params: { workspaceId, spaceId } }, { signal }),
    enabled: isOwner,
    refetchInterval: NUMBERS_EVERY_MS,
  });
}

/** Sizes of a workspace, its spaces and their registries. */
export function useWorkspaceStorage(workspaceId: string) {
  return useQuery({
    queryKey: storageKeys.workspace(workspaceId),
    queryFn: ({ signal }) => callOperation(getWorkspaceStorage, { params: { workspaceId } }, { signal }),
    refetchInterval: NUMBERS_EVERY_MS,
  });
}
