import { notFound } from "@/server/platform/app-error";
import { findRepositoryId, type Place } from "./compatible-apis.store";

/** A repository by its name below the registry, as `doctl` writes it. @throws AppError not_found */
export async function findDoctlRepository(place: Place, name: string): Promise<{ id: string; fullName: string }> {
  const below = `${place.prefix}/${name}`;
  // The repository that has the space's own name has nothing below it.
  const candidates = name === place.prefix ? [below, name] : [below];
  for (const fullName of candidates) {
    const id = await findRepositoryId(place.spaceId, fullName);
    if (id !== null) return { id, fullName };
  }
  throw notFound();
}

/** The name below the registry. */
export function nameInRegistry({ prefix }: Place, fullName: string): string {
  return fullName.startsWith(`${prefix}/`) ? fullName.slice(prefix.length + 1) : fullName;
}
