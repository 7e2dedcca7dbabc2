import type { AppliedLifecycle } from "@/domain/rules/lifecycle";
import { countUnseenPolicies } from "./lifecycle-preview.store";

/**
 * Whether a run that the quota started takes by a policy that nobody has previewed in that space since it was set or switched on, nor
 * confirmed. A run that somebody started they have asked for.
 */
export async function hasUnseenPolicy(
  run: { spaceId: string; trigger: string },
  rules: readonly { id: string; lifecycle?: AppliedLifecycle | undefined }[],
): Promise<boolean> {
  const policies = rules.flatMap(({ id, lifecycle }) => (lifecycle === undefined ? [] : [{ id, lifecycle }]));
  if (run.trigger !== "quota" || policies.length === 0) return false;
  return (await countUnseenPolicies(run.spaceId, policies)) > 0;
}
