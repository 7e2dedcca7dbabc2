import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { callOperation } from "@/contracts/call";
import {
  createPlatformRule,
  type createPlatformRuleBodySchema,
  deletePlatformRule,
  getPlatformRules,
  updatePlatformRule,
} from "@/contracts/platform-rules";
import { listTagQuotas, setTagQuota } from "@/contracts/tag-quotas";

const platformKeys = {
  rules: ["platform", "protect-rules"] as const,
  quotas: ["platform", "tag-quotas"] as const,
};

export function usePlatformRules() {
  return useQuery({
    queryKey: platformKeys.rules,
    queryFn: ({ signal }) => callOperation(getPlatformRules, {}, { signal }),
  });
}

function useAfterRuleChange() {
  const queryClient = useQueryClient();
  // Each space's list shows them too.
  return () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: platformKeys.rules }),
      queryClient.invalidateQueries({ queryKey: ["rules"] }),
    ]);
}

export function useCreatePlatformRule() {
  const after = useAfterRuleChange();
  return useMutation({
    mutationFn: (body: z.input<typeof createPlatformRuleBodySchema>) => callOperation(createPlatformRule, { body }),
    onSuccess: after,
  });
}

/** Errors: conflict where somebody else changed it meanwhile. */
export function useUpdatePlatformRule() {
  const after = useAfterRuleChange();
  return useMutation({
    mutationFn: ({ platformRuleId, ...body }: { platformRuleId: string } & z.input<typeof updatePlatformRule.body>) =>
      callOperation(updatePlatformRule, { params: { platformRuleId }, body }),
    onSuccess: after,
  });
}

export function useDeletePlatformRule() {
  const after = useAfterRuleChange();
  return useMutation({
    mutationFn: (platformRuleId: string) => callOperation(deletePlatformRule, { params: { platformRuleId } }),
    onSuccess: after,
  });
}

/** Tags and quota of every workspace. */
export function useTagQuotas() {
  return useQuery({
    queryKey: platformKeys.quotas,
    queryFn: ({ signal }) => callOperation(listTagQuotas, {}, { signal }),
  });
}

export function useSetTagQuota() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ workspaceId, tagQuota }: { workspaceId: string; tagQuota: number }) =>
      callOperation(setTagQuota, { params: { workspaceId }, body: { tagQuota } }),
    onSuccess: (_, { workspaceId }) =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: platformKeys.quotas }),
        queryClient.invalidateQueries({ queryKey: ["lifecycle", workspaceId] }),
      ]),
  });
}
