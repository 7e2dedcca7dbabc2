import { useQuery } from "@tanstack/react-query";
import { callOperation } from "@/contracts/call";
import { getReclaimableByReason, getSpaceStorage, getWorkspaceStorage } from "@/contracts/storage";

const NUMBERS_EVERY_MS = 30_000;

const storageKeys = {
  space: (workspaceId: string, spaceId: string) => ["storage", workspaceId, spaceId] as const,
  reasons: (workspaceId: string, spaceId: string) => ["storage", workspaceId, spaceId, "reasons"] as const,
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

/** What could be freed, by why; measured anew, so that it is not asked for again while it is looked at. */
export function useReclaimableByReason(workspaceId: string, spaceId: string) {
  return useQuery({
    queryKey: storageKeys.reasons(workspaceId, spaceId),
    queryFn: ({ signal }) => callOperation(getReclaimableByReason, { params: { workspaceId, spaceId } }, { signal }),
    staleTime: 5 * 60_000,
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
