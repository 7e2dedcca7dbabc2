import type { Actor } from "@/server/platform/auth/actor";
import { administeredRegistries } from "./administered-registries";
import { collectionJson } from "./collection-json";
import { findLastCollection } from "./compatible-apis.store";

/** What the collection that ended last on somebody's registries freed, in bytes; 0 where there was none. @throws AppError forbidden */
export async function lastSavings(actor: Actor) {
  const registries = await administeredRegistries(actor, "gc.read");
  const run = await findLastCollection(registries.map(({ place }) => place));
  if (!run) return { lastSavings: 0, finishedAt: null, blobsDeleted: 0, jobId: null };
  const { blobs_deleted: blobsDeleted, freed_bytes: freedBytes } = collectionJson(run, "");
  const finishedAt = run.finishedAt?.toISOString() ?? null;
  return { lastSavings: freedBytes, finishedAt, blobsDeleted, jobId: run.id };
}
