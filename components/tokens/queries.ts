import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { callOperation } from "@/contracts/call";
import {
  createMyToken,
  createWorkspaceToken,
  listMyTokens,
  listWorkspaceTokens,
  type NewTokenInput,
  revokeMyToken,
  revokeWorkspaceToken,
} from "@/contracts/tokens";

/** Whose tokens a page is about: null = those of whoever is signed in, else a workspace's own. */
export type TokensOf = string | null;

const tokenKeys = {
  list: (of: TokensOf) => ["api-tokens", of ?? "mine"] as const,
};

/** Tokens that were not revoked, newest first. */
export function useTokens(of: TokensOf) {
  return useQuery({
    queryKey: tokenKeys.list(of),
    queryFn: ({ signal }) =>
      of === null
        ? callOperation(listMyTokens, {}, { signal })
        : callOperation(listWorkspaceTokens, { params: { workspaceId: of } }, { signal }),
  });
}

/** Makes a token; the answer is the only one that has its secret. */
export function useCreateToken(of: TokensOf) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ workspaceId, ...body }: NewTokenInput) =>
      of === null
        ? callOperation(createMyToken, { body: { ...body, workspaceId } })
        : callOperation(createWorkspaceToken, { params: { workspaceId: of }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: tokenKeys.list(of) }),
  });
}

/** Revokes a token and those that were made through it. */
export function useRevokeToken(of: TokensOf) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (tokenId: string) =>
      of === null
        ? callOperation(revokeMyToken, { params: { tokenId } })
        : callOperation(revokeWorkspaceToken, { params: { workspaceId: of, tokenId } }),
    onSettled: () => client.invalidateQueries({ queryKey: tokenKeys.list(of) }),
  });
}
