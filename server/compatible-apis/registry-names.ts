import type { Place } from "./compatible-apis.store";

type Named = Pick<Place, "spaceId" | "name" | "prefix">;

/** A prefix in one segment of a path: these systems know no slash in a registry's name. */
const slugOf = ({ prefix }: Named): string => prefix.replaceAll("/", "--");

/**
 * What each space is called where a registry has one plain name: its prefix, with `--` for a slash. Where two spaces share that (on two
 * registries, or in two workspaces) each goes by its own name instead.
 */
export function registryNames(places: readonly Named[]): Map<string, string> {
  const count = new Map<string, number>();
  for (const place of places) count.set(slugOf(place), (count.get(slugOf(place)) ?? 0) + 1);
  return new Map(
    places.map((place) => [place.spaceId, count.get(slugOf(place)) === 1 ? slugOf(place) : place.name] as const),
  );
}

/** The one space that a name leads to; null where none or several do: a name never leads to a guess. */
export function findByRegistryName<P extends Named>(places: readonly P[], name: string): P | null {
  const names = registryNames(places);
  const own = places.filter(({ spaceId }) => names.get(spaceId) === name);
  // Somebody may write the name that they see on screen.
  const found = own.length > 0 ? own : places.filter((place) => place.name.toLowerCase() === name.toLowerCase());
  return found.length === 1 ? (found[0] ?? null) : null;
}
