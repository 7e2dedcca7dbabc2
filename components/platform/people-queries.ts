import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { callOperation } from "@/contracts/call";
import {
  appointAdmin,
  createPasswordLink,
  createUser,
  createWorkspace,
  deleteWorkspace,
  listUsers,
  listWorkspaces,
  renameWorkspace,
  updateUser,
} from "@/contracts/platform-people";

const peopleKeys = {
  users: ["platform", "users"] as const,
  workspaces: ["platform", "workspaces"] as const,
};

/** Everybody who has an account, by page; `q` is looked for in address and name. */
export function useUsers(q: string) {
  return useInfiniteQuery({
    queryKey: [...peopleKeys.users, q],
    queryFn: ({ pageParam, signal }) =>
      callOperation(listUsers, { query: { q: q || undefined, cursor: pageParam, limit: 100 } }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

function useChange<Input, Output>(key: readonly string[], change: (input: Input) => Promise<Output>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: key }),
  });
}

/** Errors: conflict for an address that has an account. */
export function useCreateUser() {
  return useChange(peopleKeys.users, (body: z.input<typeof createUser.body>) => callOperation(createUser, { body }));
}

/** Errors: conflict for the last platform admin, and for oneself. */
export function useUpdateUser() {
  return useChange(peopleKeys.users, ({ userId, ...body }: { userId: string } & z.input<typeof updateUser.body>) =>
    callOperation(updateUser, { params: { userId }, body }),
  );
}

export function useCreatePasswordLink() {
  return useMutation({
    mutationFn: (userId: string) => callOperation(createPasswordLink, { params: { userId } }),
  });
}

export function useWorkspaces() {
  return useQuery({
    queryKey: peopleKeys.workspaces,
    queryFn: ({ signal }) => callOperation(listWorkspaces, {}, { signal }),
  });
}

/** Errors: conflict for a taken address. */
export function useCreateWorkspace() {
  return useChange(peopleKeys.workspaces, (body: z.input<typeof createWorkspace.body>) =>
    callOperation(createWorkspace, { body }),
  );
}

export function useRenameWorkspace() {
  return useChange(peopleKeys.workspaces, ({ workspaceId, name }: { workspaceId: string; name: string }) =>
    callOperation(renameWorkspace, { params: { workspaceId }, body: { name } }),
  );
}

/** Errors: conflict where it has an admin. */
export function useAppointAdmin() {
  return useChange(peopleKeys.workspaces, ({ workspaceId, email }: { workspaceId: string; email: string }) =>
    callOperation(appointAdmin, { params: { workspaceId }, body: { email } }),
  );
}

/** Errors: conflict while it owns something. */
export function useDeleteWorkspace() {
  return useChange(peopleKeys.workspaces, ({ workspaceId, typedName }: { workspaceId: string; typedName: string }) =>
    callOperation(deleteWorkspace, { params: { workspaceId }, query: { typedName } }),
  );
}
