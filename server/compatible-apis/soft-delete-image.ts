import { notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { openScope, requirePermission } from "@/server/platform/auth/workspace-scope";
import { findRepositoryId, listPlaces, type Place } from "./compatible-apis.store";
import { ambiguous, recycleOne } from "./recycle-one";

/**
 * Moves one image to the recycle bin and waits until it is there, as `DELETE …/repositories/<namespace>/<name>/manifests/<reference>` of Docker
 * Trusted Registry did: the namespace is a space's prefix, the reference a tag or a digest; what has the tag goes with all its tags.
 * @throws AppError not_found (unknown, or nothing of theirs), forbidden (no write), conflict (a reclaim runs; the image has to stay, and why;
 * or it takes longer than a minute: it goes on by itself)
 */
export async function softDeleteImage(
  actor: Actor,
  image: { repositoryName: string; reference: string },
): Promise<void> {
  const { repositoryName, reference } = image;
  const places = (await listPlaces(actor)).filter(({ prefix }) => repositoryName.startsWith(`${prefix}/`));
  const found: { place: Place; repositoryId: string }[] = [];
  for (const place of places) {
    const repositoryId = await findRepositoryId(place.spaceId, repositoryName);
    if (repositoryId !== null) found.push({ place, repositoryId });
  }
  const [first] = found;
  if (!first) throw notFound();
  if (found.length > 1) throw ambiguous(repositoryName, found.length);
  const { place, repositoryId } = first;
  const scope = await openScope(actor, place.workspaceId);
  requirePermission(scope, "images.recycle");
  await recycleOne(scope, place, { repositoryId, repositoryName, reference });
}
