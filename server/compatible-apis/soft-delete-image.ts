import { setTimeout as wait } from "node:timers/promises";
import { getRun } from "@/server/history/get-run";
import { listRunItems } from "@/server/history/list-run-items";
import { AppError, notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { openScope, requirePermission, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { startRecycle } from "@/server/reclaim/start-recycle";
import { findDigest, findRepositoryPlaces } from "./compatible-apis.store";

const WAIT_MAX_MS = 60_000;
const ASK_EVERY_MS = 150;

/**
 * Moves one image to the recycle bin and waits until it is there, as `DELETE …/repositories/<namespace>/<name>/manifests/<reference>` of Docker
 * Trusted Registry did: the namespace is a space's prefix, the reference a tag or a digest; what has the tag goes with all its tags.
 * @throws AppError not_found (unknown, or nothing of theirs), forbidden (no write), conflict (a reclaim runs; the image has to stay, and why;
 * or it takes longer than a minute: it goes on by itself)
 */
export async function softDeleteImage(
  actor: Actor & { kind: "user" },
  image: { namespace: string; name: string; reference: string },
): Promise<void> {
  const repositoryName = `${image.namespace}/${image.name}`;
  const places = await findRepositoryPlaces(actor.userId, image.namespace, repositoryName);
  const [place] = places;
  if (place === undefined) throw notFound();
  if (places.length > 1) {
    const detail = `${repositoryName} is in ${places.length} of your registries, and this address does not say in which.`;
    throw new AppError("conflict", `${detail} Delete it from the console.`);
  }
  const scope = await openScope(actor, place.workspaceId);
  requirePermission(scope, "images.recycle");
  const digest = await findDigest(place.repositoryId, image.reference);
  if (digest === null) throw notFound();
  const { id: runId } = await startRecycle(scope, {
    spaceId: place.spaceId,
    selection: { images: [{ repositoryName, digest }] },
  });
  await untilMoved(scope, runId);
}

async function untilMoved(scope: WorkspaceScope, runId: string): Promise<void> {
  for (const deadline = Date.now() + WAIT_MAX_MS; Date.now() < deadline; await wait(ASK_EVERY_MS)) {
    const run = await getRun(scope, { runId });
    if (run.finishedAt === null) continue;
    if (run.status === "succeeded" && run.totals.itemsDone === 1) return;
    const { items } = await listRunItems(scope, { runId, limit: 1, sort: "plan", order: "asc" });
    const why = items[0]?.error ?? items[0]?.reasonText ?? run.error?.message ?? `the run ended as ${run.status}`;
    throw new AppError("conflict", `The image stays: ${why}.`);
  }
  throw new AppError("conflict", "The image is still on its way to the recycle bin. The run goes on: see its history.");
}
