import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { callOperation } from "@/contracts/call";
import { listRepositories } from "@/contracts/images";
import { createRules, importRules } from "@/contracts/rule-import";
import {
  createRule,
  type createRuleBodySchema,
  deleteRule,
  getRule,
  listRules,
  updateRule,
  type updateRuleBodySchema,
} from "@/contracts/rules";

/** As many as a browser's list of suggestions bears. */
const SUGGESTED_REPOSITORIES = 500;

const ruleKeys = {
  list: (workspaceId: string, spaceId: string) => ["rules", workspaceId, spaceId, "list"] as const,
  rule: (workspaceId: string, spaceId: string, ruleId: string) => ["rules", workspaceId, spaceId, ruleId] as const,
};

/** Reclaim rules of a space, all of them (at most 15). */
export function useRules(workspaceId: string, spaceId: string) {
  return useQuery({
    queryKey: ruleKeys.list(workspaceId, spaceId),
    queryFn: ({ signal }) => callOperation(listRules, { params: { workspaceId, spaceId } }, { signal }),
  });
}

/** One rule, for editing; nothing is read while `ruleId` is null. */
export function useRule(workspaceId: string, spaceId: string, ruleId: string | null) {
  return useQuery({
    queryKey: ruleKeys.rule(workspaceId, spaceId, ruleId ?? ""),
    queryFn: ({ signal }) =>
      callOperation(getRule, { params: { workspaceId, spaceId, ruleId: ruleId ?? "" } }, { signal }),
    enabled: ruleId !== null,
  });
}

/**
 * A rule as it is at the server now, for whoever was refused over a revision. Not a refetch: one that a live event
 * replaces by its own ends quietly with what was known before.
 */
export function useReadRuleNow(workspaceId: string, spaceId: string) {
  const queryClient = useQueryClient();
  return async (ruleId: string) => {
    const rule = await callOperation(getRule, { params: { workspaceId, spaceId, ruleId } });
    queryClient.setQueryData(ruleKeys.rule(workspaceId, spaceId, ruleId), rule);
    return rule;
  };
}

/** Names of the space's first repositories, to choose from while a pattern is written; empty until they are there. */
export function useRepositoryNames(workspaceId: string, spaceId: string): readonly string[] {
  const { data } = useQuery({
    queryKey: ["repository-names", workspaceId, spaceId] as const,
    queryFn: ({ signal }) =>
      callOperation(
        listRepositories,
        { params: { workspaceId, spaceId }, query: { limit: SUGGESTED_REPOSITORIES } },
        { signal },
      ),
    staleTime: 60_000,
  });
  return data?.items.map(({ name }) => name) ?? [];
}

function useInvalidateRules(workspaceId: string, spaceId: string) {
  const queryClient = useQueryClient();
  return () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: ["rules", workspaceId, spaceId] }),
      queryClient.invalidateQueries({ queryKey: ["spaces", workspaceId] }),
    ]);
}

/** Creates a rule. Errors: `unprocessable` for the sixteenth, `conflict` for a name that is taken. */
export function useCreateRule(workspaceId: string, spaceId: string) {
  const invalidate = useInvalidateRules(workspaceId, spaceId);
  return useMutation({
    mutationFn: (body: z.input<typeof createRuleBodySchema>) =>
      callOperation(createRule, { params: { workspaceId, spaceId }, body }),
    onSuccess: invalidate,
  });
}

/** What a Harbor retention policy would become here; creates nothing. */
export function useImportRules(workspaceId: string, spaceId: string) {
  return useMutation({
    mutationFn: (text: string) => callOperation(importRules, { params: { workspaceId, spaceId }, body: { text } }),
  });
}

/** Creates several rules, or none of them. Errors: `unprocessable` where they are more than fit, `conflict` for a name that is taken. */
export function useCreateRules(workspaceId: string, spaceId: string) {
  const invalidate = useInvalidateRules(workspaceId, spaceId);
  return useMutation({
    mutationFn: (rules: z.input<typeof createRuleBodySchema>[]) =>
      callOperation(createRules, { params: { workspaceId, spaceId }, body: { rules } }),
    onSuccess: invalidate,
  });
}

/** Changes a rule. Error: `conflict` when it was changed since the revision that is sent. */
export function useUpdateRule(workspaceId: string, spaceId: string) {
  const invalidate = useInvalidateRules(workspaceId, spaceId);
  return useMutation({
    mutationFn: ({ ruleId, body }: { ruleId: string; body: z.input<typeof updateRuleBodySchema> }) =>
      callOperation(updateRule, { params: { workspaceId, spaceId, ruleId }, body }),
    onSuccess: invalidate,
  });
}

/** Deletes a rule; its revisions stay in history. */
export function useDeleteRule(workspaceId: string, spaceId: string) {
  const invalidate = useInvalidateRules(workspaceId, spaceId);
  return useMutation({
    mutationFn: (ruleId: string) => callOperation(deleteRule, { params: { workspaceId, spaceId, ruleId } }),
    onSuccess: invalidate,
  });
}
