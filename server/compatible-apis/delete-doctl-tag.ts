import { notFound } from "@/server/platform/app-error";
import { startUntag } from "@/server/reclaim/start-untag";
import { findTagDigest } from "./compatible-apis.store";
import { findDoctlRepository } from "./find-doctl-repository";
import type { DoctlRegistry } from "./open-doctl-registry";
import { untilMoved } from "./until-moved";

/** Takes one tag away and waits for it; its image stays, untagged where it was the last. @throws AppError not_found, conflict */
export async function deleteDoctlTag({ scope, place }: DoctlRegistry, repository: string, tag: string): Promise<void> {
  const { id, fullName } = await findDoctlRepository(place, repository);
  const digest = await findTagDigest(id, tag);
  if (digest === null) throw notFound();
  const { id: runId } = await startUntag(scope, {
    spaceId: place.spaceId,
    tags: [{ repositoryName: fullName, tag, digest }],
    recycleDigests: false,
  });
  await untilMoved(scope, runId);
}
