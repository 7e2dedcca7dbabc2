import type { Permission } from "@/domain/access/permissions";
import { notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { openScope, requirePermission, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listPlaces, type Place } from "./compatible-apis.store";
import { findByRegistryName, registryNames } from "./registry-names";

/** A registry space under the name that `doctl` knows it by, opened for whoever asks. */
export interface DoctlRegistry {
  scope: WorkspaceScope;
  place: Place;
  name: string;
}

/**
 * Opens the space that a registry's name leads to; `null` = the one that stands for all commands without a name, the oldest.
 * @throws AppError not_found for unknown and foreign ones alike, and for a name that several have; forbidden without the permission
 */
export async function openDoctlRegistry(
  actor: Actor,
  name: string | null,
  permission: Permission,
): Promise<DoctlRegistry> {
  const places = await listPlaces(actor);
  const place = name === null ? places[0] : findByRegistryName(places, name);
  if (!place) throw notFound();
  const scope = await openScope(actor, place.workspaceId);
  requirePermission(scope, permission);
  return { scope, place, name: registryNames(places).get(place.spaceId) ?? place.name };
}
