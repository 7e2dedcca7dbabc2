import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { callOperation } from "@/contracts/call";
import { type RuleTestDto, testRule } from "@/contracts/rule-tester";
import { type DraftProblems, type RuleDraft, rawRule } from "./rule-draft";

/** So long nothing must be typed before the rule is tried; a key pressed meanwhile takes the waiting question back. */
const QUIET_MS = 150;
const HITS = 30;

/** How much of a rule is tried: its first step alone, or its conditions too. */
export type RuleTestScope = "selector" | "whole";

/**
 * What a rule that is being written finds in the space now; asked again with each change of it, the former answer staying until the
 * next one is there. `hits` is how many images are listed; a rule that cannot be saved yet is tried as far as it is written.
 */
export function useRuleTest(
  { workspaceId, spaceId }: { workspaceId: string; spaceId: string },
  draft: RuleDraft,
  scope: RuleTestScope,
  hits = HITS,
) {
  const { effect, select, when } = rawRule(draft);
  const body = { effect, select, ...(scope === "whole" ? { when } : {}), hits };
  return useQuery({
    queryKey: ["rule-test", workspaceId, spaceId, body] as const,
    queryFn: async ({ signal }) => {
      await quiet(QUIET_MS, signal);
      return callOperation(testRule, { params: { workspaceId, spaceId }, body }, { signal });
    },
    placeholderData: keepPreviousData,
    staleTime: 15_000,
    gcTime: 60_000,
    retry: false,
  });
}

/** A path as the server writes it ("select.tags.include[0].value") as a path of the draft ("tags.include.0.value"). */
export function draftPath(path: string): string {
  return path.replace(/\[(\d+)\]/g, ".$1").replace(/^select\./, "");
}

/** What the server remarks on fields, by the draft's paths; several about one field are joined. */
export function notesByPath(notes: RuleTestDto["warnings"]): DraftProblems {
  const byPath: Record<string, string> = {};
  for (const { path, message } of notes) {
    const key = draftPath(path);
    byPath[key] = byPath[key] === undefined ? message : `${byPath[key]}; ${message}`;
  }
  return byPath;
}

/** How many names each pattern finds, by the draft's path of the pattern. */
export function countsByPath(patterns: RuleTestDto["patterns"]): Readonly<Record<string, number>> {
  return Object.fromEntries(patterns.map(({ path, count }) => [draftPath(path).replace(/\.value$/, ""), count]));
}

function quiet(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
