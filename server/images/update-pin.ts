import type { PinDto } from "@/contracts/pins";
import { recordAudit } from "@/server/history/record-audit";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { requireSpace } from "@/server/spaces/require-space";
import { findPinRows, lockPin, lockSpacesOfPins, raiseSpaceRevision, writePin } from "./pin.store";
import { pinDto, requireFuture, requirePinOwner } from "./pin-dto";
import { requireNoMarking } from "./require-no-marking";

/**
 * Changes why an image is pinned, or until when.
 * @throws AppError not_found (also for one that has ended), forbidden (somebody else's), unprocessable (a time that has passed),
 * conflict (another time to end, while a collection may count on the one it had)
 */
export async function updatePin(
  scope: WorkspaceScope,
  input: { spaceId: string; pinId: string; reason?: string | undefined; expiresAt?: string | null | undefined },
): Promise<PinDto> {
  const { pinId, reason } = input;
  const space = await requireSpace(scope, input.spaceId);
  const expiresAt = typeof input.expiresAt === "string" ? new Date(input.expiresAt) : input.expiresAt;
  return prisma().$transaction(async (tx) => {
    if (expiresAt !== undefined) await requireNoMarking(tx, space);
    await lockSpacesOfPins(tx, [space.id]);
    const [pin] = (await lockPin(tx, space, pinId)) ? await findPinRows(tx, space, [pinId]) : [];
    if (!pin) throw notFound();
    requirePinOwner(scope, pin, space.workspaceId);
    if (expiresAt) requireFuture(expiresAt);
    await writePin(tx, pin.id, { reason, expiresAt });
    await raiseSpaceRevision(tx, space.id);
    await recordAudit(tx, {
      ...{ workspaceId: space.workspaceId, spaceId: space.id, actor: scope.actor },
      ...{ action: "pins.update", resourceType: "pin", resourceId: pin.id },
      data: {
        images: [`${pin.repositoryName}@${pin.digest}`],
        ...(reason === undefined ? {} : { reason }),
        ...(expiresAt === undefined ? {} : { expiresAt: expiresAt?.toISOString() ?? null }),
      },
    });
    const [changed] = await findPinRows(tx, space, [pin.id]);
    if (!changed) throw notFound();
    return pinDto(scope, changed, space.workspaceId);
  });
}
