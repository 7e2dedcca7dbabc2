import type { listImagePulls as operation } from "@/contracts/image-history";
import type { OutputOf } from "@/contracts/operation";
import { WELL_KNOWN_IGNORED_PULLERS } from "@/domain/images/ignored-pullers";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { pullTrackingSince } from "@/server/registries/pull-tracking";
import { requireReadableSpace } from "@/server/spaces/require-readable-space";
import { findPullSettings, listImagePullRows } from "./image-history.store";

/**
 * Who pulled an image with what, latest first, and what that list leaves out. Who reads a space of somebody else is not told the
 * accounts. Unknown images have no pulls.
 * @throws AppError not_found
 */
export async function listImagePulls(
  scope: WorkspaceScope,
  input: { spaceId: string; repository: string; digest: string },
): Promise<OutputOf<typeof operation>> {
  const space = await requireReadableSpace(scope, input.spaceId);
  const [rows, settings] = await Promise.all([listImagePullRows(space, input), findPullSettings(space.id)]);
  if (!settings) throw notFound();
  const isOwner = space.access === "owner";
  return {
    items: rows.map((row) => ({
      ...row,
      actorName: isOwner ? row.actorName : null,
      firstAt: row.firstAt.toISOString(),
      lastAt: row.lastAt.toISOString(),
    })),
    trackingSince: pullTrackingSince(settings)?.toISOString() ?? null,
    ignored: {
      wellKnown: [...WELL_KNOWN_IGNORED_PULLERS],
      ofSpace: isOwner ? settings.ignoredPullers : [],
    },
  };
}
