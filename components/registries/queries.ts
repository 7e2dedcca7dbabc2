import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { callOperation } from "@/contracts/call";
import {
  attachRegistry,
  type attachRegistryBodySchema,
  checkRegistry,
  detachRegistry,
  testRegistry,
  type testRegistryBodySchema,
  updateRegistry,
  type updateRegistryBodySchema,
} from "@/contracts/registries";
import { workspaceKeys } from "../workspaces/queries";

/** Looks at a registry without attaching it; what is wrong with it is in the report, not an error. */
export function useTestRegistry(workspaceId: string) {
  return useMutation({
    mutationFn: (body: z.input<typeof testRegistryBodySchema>) =>
      callOperation(testRegistry, { params: { workspaceId }, body }),
  });
}

function useChange<Variables, Result>(workspaceId: string, mutationFn: (variables: Variables) => Promise<Result>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: workspaceKeys.registries(workspaceId) }),
        queryClient.invalidateQueries({ queryKey: ["spaces", workspaceId] }),
      ]),
  });
}

/** Errors: `unprocessable` with what its test found, `conflict` for an address that is attached already. */
export function useAttachRegistry(workspaceId: string) {
  return useChange(workspaceId, (body: z.input<typeof attachRegistryBodySchema>) =>
    callOperation(attachRegistry, { params: { workspaceId }, body }),
  );
}

/** Errors as for attaching; a password that is left out is kept. */
export function useUpdateRegistry(workspaceId: string) {
  return useChange(
    workspaceId,
    ({ registryId, body }: { registryId: string; body: z.input<typeof updateRegistryBodySchema> }) =>
      callOperation(updateRegistry, { params: { workspaceId, registryId }, body }),
  );
}

export function useCheckRegistry(workspaceId: string) {
  return useChange(workspaceId, (registryId: string) =>
    callOperation(checkRegistry, { params: { workspaceId, registryId } }),
  );
}

/** Errors: `unprocessable` while registry spaces are on it. */
export function useDetachRegistry(workspaceId: string) {
  return useChange(workspaceId, (registryId: string) =>
    callOperation(detachRegistry, { params: { workspaceId, registryId } }),
  );
}
