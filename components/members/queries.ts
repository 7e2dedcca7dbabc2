import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { callOperation } from "@/contracts/call";
import {
  changeRole,
  createInvitation,
  leaveWorkspace,
  listInvitations,
  listMembers,
  removeMember,
  revokeInvitation,
} from "@/contracts/members";
import type { Role } from "@/domain/access/permissions";

const memberKeys = {
  list: (workspaceId: string) => ["members", workspaceId] as const,
  invitations: (workspaceId: string) => ["members", workspaceId, "invitations"] as const,
};

/** Members of a workspace with their roles. */
export function useMembers(workspaceId: string) {
  return useQuery({
    queryKey: memberKeys.list(workspaceId),
    queryFn: ({ signal }) => callOperation(listMembers, { params: { workspaceId } }, { signal }),
  });
}

/** Invitations that are open; only for whoever may make them. */
export function useInvitations(workspaceId: string, isAllowed: boolean) {
  return useQuery({
    queryKey: memberKeys.invitations(workspaceId),
    queryFn: ({ signal }) => callOperation(listInvitations, { params: { workspaceId } }, { signal }),
    enabled: isAllowed,
  });
}

function useMembersChange<Input, Output>(workspaceId: string, change: (input: Input) => Promise<Output>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: memberKeys.list(workspaceId) }),
  });
}

/** Errors: conflict for the last admin. */
export function useChangeRole(workspaceId: string) {
  return useMembersChange(workspaceId, ({ userId, role }: { userId: string; role: Role }) =>
    callOperation(changeRole, { params: { workspaceId, userId }, body: { role } }),
  );
}

export function useRemoveMember(workspaceId: string) {
  return useMembersChange(workspaceId, (userId: string) =>
    callOperation(removeMember, { params: { workspaceId, userId } }),
  );
}

/** Errors: conflict for somebody who is a member already. */
export function useCreateInvitation(workspaceId: string) {
  return useMembersChange(workspaceId, (body: { email: string; role: Role }) =>
    callOperation(createInvitation, { params: { workspaceId }, body }),
  );
}

export function useRevokeInvitation(workspaceId: string) {
  return useMembersChange(workspaceId, (invitationId: string) =>
    callOperation(revokeInvitation, { params: { workspaceId, invitationId } }),
  );
}

export function useLeaveWorkspace(workspaceId: string) {
  return useMutation({ mutationFn: () => callOperation(leaveWorkspace, { params: { workspaceId } }) });
}
