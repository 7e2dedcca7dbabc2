import { useQuery } from "@tanstack/react-query";
import { getMe } from "@/contracts/access";
import { callOperation } from "@/contracts/call";
import { listCollecting } from "@/contracts/gc";
import { listRegistries } from "@/contracts/registries";
import { getWorkspace } from "@/contracts/workspaces";

const REGISTRIES_EVERY_MS = 5000;
const NUMBERS_EVERY_MS = 10_000;

export const workspaceKeys = {
  me: () => ["me"] as const,
  workspace: (workspaceId: string) => ["workspace", workspaceId] as const,
  registries: (workspaceId: string) => ["registries", workspaceId] as const,
};

/** A workspace in numbers, kept fresh while it is looked at. */
export function useWorkspace(workspaceId: string) {
  return useQuery({
    queryKey: workspaceKeys.workspace(workspaceId),
    queryFn: ({ signal }) => callOperation(getWorkspace, { params: { workspaceId } }, { signal }),
    refetchInterval: NUMBERS_EVERY_MS,
  });
}

/** Registries that are being collected now; a run that is followed has them read again with each of its phases. */
export function useCollecting(workspaceId: string) {
  return useQuery({
    queryKey: [...workspaceKeys.registries(workspaceId), "collecting"] as const,
    queryFn: ({ signal }) => callOperation(listCollecting, { params: { workspaceId } }, { signal }),
    refetchInterval: REGISTRIES_EVERY_MS,
  });
}

/** Registries that the workspace may use. Read each 5 s: their health and read-only mode are shown in many places. */
export function useRegistries(workspaceId: string) {
  return useQuery({
    queryKey: workspaceKeys.registries(workspaceId),
    queryFn: ({ signal }) => callOperation(listRegistries, { params: { workspaceId } }, { signal }),
    refetchInterval: REGISTRIES_EVERY_MS,
  });
}

/** Who is signed in, and their workspaces. */
export function useMe() {
  return useQuery({
    queryKey: workspaceKeys.me(),
    queryFn: ({ signal }) => callOperation(getMe, {}, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
