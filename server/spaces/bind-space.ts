import type { BindingDto } from "@/contracts/bindings";
import { recordAudit } from "@/server/history/record-audit";
import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { insertBindings } from "./binding.store";
import { listBindableWorkspaces } from "./list-bindable-workspaces";
import { readBindings } from "./read-bindings";
import { requireSpace } from "./require-space";

/**
 * Lets other workspaces browse and pull the images of a space; rules, bin and collection stay the owner's.
 * @throws AppError not_found, unprocessable (a workspace that does not exist and one that is closed to who asks are the same)
 */
export async function bindSpace(
  scope: WorkspaceScope,
  input: { spaceId: string; workspaceSlugs: readonly string[] },
): Promise<{ items: BindingDto[] }> {
  const space = await requireSpace(scope, input.spaceId);
  const bindable = new Map((await listBindableWorkspaces(scope)).map((one) => [one.slug, one]));
  const wanted = [...new Set(input.workspaceSlugs)].map((slug) => {
    const workspace = bindable.get(slug);
    if (!workspace) {
      throw new AppError(
        "unprocessable",
        `You can bind a registry space to other workspaces that you are a member of; “${slug}” is none. A platform admin can bind it to any.`,
      );
    }
    return workspace;
  });
  await prisma().$transaction(async (tx) => {
    await insertBindings(
      tx,
      space.id,
      wanted.map(({ id }) => id),
      scope.actor.name,
    );
    await recordAudit(tx, {
      workspaceId: scope.workspaceId,
      spaceId: space.id,
      actor: scope.actor,
      action: "spaces.bind",
      resourceType: "space",
      resourceId: space.id,
      data: { names: wanted.map(({ name }) => name).join(", "), slugs: wanted.map(({ slug }) => slug) },
    });
  });
  return { items: await readBindings(scope, space.id) };
}
