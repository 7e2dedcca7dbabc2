import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { countRepositoryTags, countSpaceTags, findPolicyRow, type PolicyPlace } from "./lifecycle-policy.store";

/**
 * A space, or one of its repositories, as a place for a policy, with its tags. A repository that is gone still is one while it has a policy.
 * @throws AppError not_found
 */
export async function requirePolicyPlace(
  scope: WorkspaceScope,
  input: { spaceId: string; repository?: string | undefined },
): Promise<{ place: PolicyPlace & { spaceId: string }; tagCount: number; isGone: boolean }> {
  const { id: spaceId } = await requireSpace(scope, input.spaceId);
  const { workspaceId } = scope;
  const repositoryName = input.repository ?? null;
  const place = { spaceId, repositoryName };
  if (repositoryName === null) return { place, tagCount: await countSpaceTags(workspaceId, spaceId), isGone: false };
  const tagCount = await countRepositoryTags(workspaceId, spaceId, repositoryName);
  if (tagCount === null && (await findPolicyRow(workspaceId, place)) === null) throw notFound();
  return { place, tagCount: tagCount ?? 0, isGone: tagCount === null };
}
