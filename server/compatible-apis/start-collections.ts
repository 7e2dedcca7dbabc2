import { AppError } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { administeredRegistries } from "./administered-registries";
import { collectRegistry } from "./collect-registry";

/**
 * Starts a collection of every registry that somebody administers, as the job `registryGC` did: blobs that no manifest names go. What
 * cannot be collected is left out where another can be.
 * @throws AppError forbidden; conflict where each is being collected already; unprocessable with the reason where none can be
 */
export async function startCollections(actor: Actor) {
  const registries = await administeredRegistries(actor, "gc.run");
  const jobs: { id: string; action: "registryGC"; status: "waiting"; scheduledAt: string; registry: string }[] = [];
  const refusals: AppError[] = [];
  const begun = new Set<string>();
  for (const { scope, place } of registries) {
    // A registry that two of their workspaces share is collected once.
    if (begun.has(place.registryId)) continue;
    try {
      const run = await collectRegistry(scope, place, { deleteUntagged: false, sweepBlobs: true });
      begun.add(place.registryId);
      const registry = new URL(place.registryUrl).host;
      jobs.push({ id: run.id, action: "registryGC", status: "waiting", scheduledAt: run.createdAt, registry });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refusals.push(error);
    }
  }
  if (jobs.length === 0) throw refusals.find(({ code }) => code === "conflict") ?? refusals[0] ?? nothingThere();
  return { jobs };
}

/** For who administers nothing. */
export function nothingThere(): AppError {
  return new AppError("unprocessable", "You administer no registry: no workspace of yours has a registry space.");
}
