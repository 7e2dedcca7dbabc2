import { recordAudit } from "@/server/history/record-audit";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { requireSpace } from "@/server/spaces/require-space";
import { findPinRows, lockPin, lockSpacesOfPins, raiseSpaceRevision, removePin } from "./pin.store";
import { requirePinOwner } from "./pin-dto";
import { recordImageEvents } from "./record-image-events";

/** Ends a pin. @throws AppError not_found (also for one that has ended), forbidden (somebody else's) */
export async function deletePin(
  scope: WorkspaceScope,
  input: { spaceId: string; pinId: string },
): Promise<{ id: string }> {
  const space = await requireSpace(scope, input.spaceId);
  return prisma().$transaction(async (tx) => {
    await lockSpacesOfPins(tx, [space.id]);
    const [pin] = (await lockPin(tx, space, input.pinId)) ? await findPinRows(tx, space, [input.pinId]) : [];
    if (!pin) throw notFound();
    requirePinOwner(scope, pin, space.workspaceId);
    const { repositoryName, digest } = pin;
    await removePin(tx, pin.id);
    await raiseSpaceRevision(tx, space.id);
    await recordImageEvents(tx, [
      {
        ...{ workspaceId: space.workspaceId, spaceId: space.id, repositoryName, digest, tag: null },
        ...{ kind: "unpinned", at: new Date(), source: "console", actorName: scope.actor.name, reason: pin.reason },
      },
    ]);
    await recordAudit(tx, {
      ...{ workspaceId: space.workspaceId, spaceId: space.id, actor: scope.actor },
      ...{ action: "pins.delete", resourceType: "pin", resourceId: pin.id },
      data: { images: [`${repositoryName}@${digest}`], reason: pin.reason },
    });
    return { id: pin.id };
  });
}
