import type { OutputOf } from "@/contracts/operation";
import type { createPins as operation } from "@/contracts/pins";
import { DAY_MS } from "@/domain/rules/facts";
import { recordAudit } from "@/server/history/record-audit";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { requireSpace } from "@/server/spaces/require-space";
import { endExpiredPins } from "./end-expired-pins";
import { findPinRows, insertPins, listPinnable, lockSpacesOfPins, raiseSpaceRevision } from "./pin.store";
import { pinDto, requireFuture } from "./pin-dto";
import { recordImageEvents } from "./record-image-events";
import { requireNoMarking } from "./require-no-marking";

/** So many are named in history's one sentence; each has its own line in the history of its image. */
const NAMED_MAX = 20;

/**
 * Pins images, in the name of whoever asks. Those that are pinned already, by anybody, keep the pin they have.
 * @throws AppError not_found (space), unprocessable (a time that has passed), conflict (a collection may be about to delete them)
 */
export async function createPins(
  scope: WorkspaceScope,
  input: {
    spaceId: string;
    images: readonly { repositoryName: string; digest: string }[];
    reason: string;
    expiresAt?: string | null | undefined;
    days?: number | undefined;
  },
): Promise<OutputOf<typeof operation>> {
  const { reason, days } = input;
  const space = await requireSpace(scope, input.spaceId);
  const given = input.expiresAt ? new Date(input.expiresAt) : null;
  const expiresAt = days === undefined ? given : new Date(Date.now() + days * DAY_MS);
  requireFuture(expiresAt);
  const images = [...new Map(input.images.map((image) => [`${image.repositoryName}@${image.digest}`, image])).values()];
  return prisma().$transaction(async (tx) => {
    await requireNoMarking(tx, space);
    const locked = await lockSpacesOfPins(tx, [space.id]);
    if (locked.length === 0) throw notFound();
    await endExpiredPins(tx, locked);
    const there = await listPinnable(tx, space, images);
    const ids = await insertPins(
      tx,
      space,
      there.map((image) => ({ ...image, id: newId("pin") })),
      {
        reason,
        expiresAt,
        ownerId: scope.actor.kind === "user" ? scope.actor.userId : null,
        ownerName: scope.actor.name,
      },
    );
    const pins = await findPinRows(tx, space, ids);
    const at = new Date();
    await recordImageEvents(
      tx,
      pins.map(({ repositoryName, digest }) => ({
        ...{ workspaceId: space.workspaceId, spaceId: space.id, repositoryName, digest, tag: null },
        ...{ kind: "pinned", at, source: "console", actorName: scope.actor.name, reason },
      })),
    );
    if (pins.length > 0) {
      await raiseSpaceRevision(tx, space.id);
      await recordAudit(tx, {
        ...{ workspaceId: space.workspaceId, spaceId: space.id, actor: scope.actor },
        ...{ action: "pins.create", resourceType: "pin", resourceId: pins[0]?.id ?? "" },
        data: {
          images: pins.slice(0, NAMED_MAX).map(({ repositoryName, digest }) => `${repositoryName}@${digest}`),
          ...{ count: pins.length, reason, expiresAt: expiresAt?.toISOString() ?? null },
        },
      });
    }
    return {
      items: pins.map((pin) => pinDto(scope, pin, space.workspaceId)),
      alreadyPinned: there.length - pins.length,
      gone: images.length - there.length,
    };
  });
}
