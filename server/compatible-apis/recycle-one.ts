import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { startRecycle } from "@/server/reclaim/start-recycle";
import { findDigest, type Place } from "./compatible-apis.store";
import { untilMoved } from "./until-moved";

/**
 * Moves one image to the recycle bin, with all its tags, and waits until it is there. `reference`: a tag or a digest.
 * @throws AppError not_found; conflict (a reclaim runs; the image has to stay, and why)
 */
export async function recycleOne(
  scope: WorkspaceScope,
  place: Place,
  image: { repositoryId: string; repositoryName: string; reference: string; isDigest?: boolean },
): Promise<void> {
  const digest = await findDigest(image.repositoryId, image.reference);
  if (digest === null || (image.isDigest && digest !== image.reference)) throw notFound();
  const { id: runId } = await startRecycle(scope, {
    spaceId: place.spaceId,
    selection: { images: [{ repositoryName: image.repositoryName, digest }] },
  });
  await untilMoved(scope, runId);
}

/** Where several spaces have what a name says, nothing is done. */
export function ambiguous(what: string, count: number): AppError {
  const detail = `${what} is in ${count} of your registries, and this address does not say in which.`;
  return new AppError("conflict", `${detail} Use the console for it.`);
}
