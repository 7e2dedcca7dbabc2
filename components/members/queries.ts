import { useQuery } from "@tanstack/react-query";
import { callOperation } from "@/contracts/call";
import { listMembers } from "@/contracts/members";

const memberKeys = {
  list: (workspaceId: string) => ["members", workspaceId] as const,
};

/** Members of a workspace with their roles. */
export function useMembers(workspaceId: string) {
  return useQuery({
    queryKey: memberKeys.list(workspaceId),
    queryFn: ({ signal }) => callOperation(listMembers, { params: { workspaceId } }, { signal }),
  });
}
