import type { BindingDto } from "@/contracts/bindings";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listBindableWorkspaces } from "./list-bindable-workspaces";
import { readBindings } from "./read-bindings";
import { requireSpace } from "./require-space";

/** Who may read a space besides its owner, and who could be added. @throws AppError not_found */
export async function listBindings(
  scope: WorkspaceScope,
  input: { spaceId: string },
): Promise<{ items: BindingDto[]; bindable: { slug: string; name: string }[] }> {
  const space = await requireSpace(scope, input.spaceId);
  const [items, others] = await Promise.all([readBindings(scope, space.id), listBindableWorkspaces(scope)]);
  const bound = new Set(items.map(({ slug }) => slug));
  const bindable = others.filter(({ slug }) => !bound.has(slug)).map(({ slug, name }) => ({ slug, name }));
  return { items, bindable };
}
