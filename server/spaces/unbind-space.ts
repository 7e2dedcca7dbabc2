import type { BindingDto } from "@/contracts/bindings";
import { recordAudit } from "@/server/history/record-audit";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { deleteBinding } from "./binding.store";
import { readBindings } from "./read-bindings";
import { requireSpace } from "./require-space";

/** Takes a space away from another workspace. @throws AppError not_found (the space, or a workspace that it is not bound to) */
export async function unbindSpace(
  scope: WorkspaceScope,
  input: { spaceId: string; readerSlug: string },
): Promise<{ items: BindingDto[] }> {
  const space = await requireSpace(scope, input.spaceId);
  await prisma().$transaction(async (tx) => {
    const name = await deleteBinding(tx, space.id, input.readerSlug);
    if (name === null) throw notFound();
    await recordAudit(tx, {
      workspaceId: scope.workspaceId,
      spaceId: space.id,
      actor: scope.actor,
      action: "spaces.unbind",
      resourceType: "space",
      resourceId: space.id,
      data: { name, slug: input.readerSlug },
    });
  });
  return { items: await readBindings(scope, space.id) };
}
