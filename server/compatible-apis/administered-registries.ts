import type { Permission } from "@/domain/access/permissions";
import type { Actor } from "@/server/platform/auth/actor";
import { requireAllSpaces } from "@/server/platform/auth/require-reach";
import { openScope, requirePermission, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listPlaces, type Place } from "./compatible-apis.store";

/** A registry for one workspace that has a space there: collections are started, and scheduled, for it. */
export interface AdministeredRegistry {
  scope: WorkspaceScope;
  place: Place;
}

/**
 * The registries on which somebody may do this, once for each of their workspaces that has spaces there (its oldest stands for it).
 * @throws AppError forbidden where there are registries, and none on which they may, and to a token of some spaces
 */
export async function administeredRegistries(actor: Actor, permission: Permission): Promise<AdministeredRegistry[]> {
  const places = await listPlaces(actor);
  const firsts = new Map(places.toReversed().map((place) => [`${place.workspaceId} ${place.registryId}`, place]));
  const all = await Promise.all(
    [...firsts.values()]
      .toReversed()
      .map(async (place) => ({ scope: await openScope(actor, place.workspaceId), place })),
  );
  const own = all.filter(({ scope }) => scope.can(permission));
  const [refused] = all;
  if (own.length === 0 && refused) requirePermission(refused.scope, permission);
  for (const { scope } of own) requireAllSpaces(scope);
  return own;
}
