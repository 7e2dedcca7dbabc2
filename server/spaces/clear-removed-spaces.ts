import { deleteSomeRemovedRepositories } from "./removal.store";

/**
 * Takes away what the inventory had of removed spaces (repositories with their manifests, tags and images): it was only derived from the
 * registry, and another space may take the prefix.
 * @returns how many repositories went
 */
export async function clearRemovedSpaces(): Promise<number> {
  for (let cleared = 0; ; ) {
    const count = await deleteSomeRemovedRepositories();
    if (count === 0) return cleared;
    cleared += count;
  }
}
