import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { countRunPeople, countRunRules } from "./run-list.store";

/** People and rules that the runs of a space name, rules that were deleted since included. @throws AppError not_found */
export async function listRunFacets(
  scope: WorkspaceScope,
  input: { spaceId: string },
): Promise<{ people: { name: string; count: number }[]; rules: { id: string; name: string; count: number }[] }> {
  const { id } = await requireSpace(scope, input.spaceId);
  const space = { id, workspaceId: scope.workspaceId };
  const [people, rules] = await Promise.all([countRunPeople(space), countRunRules(space)]);
  return { people, rules };
}
