import type { Actor } from "@/server/platform/auth/actor";
import { openScope } from "@/server/platform/auth/workspace-scope";
import { listPlaces } from "./compatible-apis.store";
import { registryJson } from "./registry-json";
import { registryNames } from "./registry-names";

/** Every registry space that somebody may see, the oldest first, with the stored bytes of all. */
export async function listDoctlRegistries(actor: Actor) {
  const places = await listPlaces(actor);
  const workspaceIds = [...new Set(places.map(({ workspaceId }) => workspaceId))];
  const scopes = await Promise.all(workspaceIds.map((workspaceId) => openScope(actor, workspaceId)));
  const readable = new Set(scopes.filter((scope) => scope.can("spaces.read")).map(({ workspaceId }) => workspaceId));
  const names = registryNames(places);
  const shown = places.filter(({ workspaceId }) => readable.has(workspaceId));
  return {
    registries: shown.map((place) => registryJson(place, names.get(place.spaceId) ?? place.name)),
    total_storage_usage_bytes: shown.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
  };
}
