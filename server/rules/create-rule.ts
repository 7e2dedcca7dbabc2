import type { RuleDto } from "@/contracts/rules";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { createRules, type NewRule } from "./create-rules";

/**
 * Creates a rule in the lowest free slot of its space.
 * @throws AppError not_found, unprocessable (the 16th), conflict (name taken)
 */
export async function createRule(scope: WorkspaceScope, input: { spaceId: string } & NewRule): Promise<RuleDto> {
  const { spaceId, ...rule } = input;
  const { items } = await createRules(scope, { spaceId, rules: [rule] });
  const [made] = items;
  // Deleted by somebody in the moment since.
  if (made === undefined) throw notFound();
  return made;
}
