import type { Place } from "./compatible-apis.store";

/** A registry as `doctl` reads it. `region`: the host that images are pushed to. */
export function registryJson(place: Place, name: string) {
  return {
    name,
    region: new URL(place.registryUrl).host,
    created_at: place.createdAt.toISOString(),
    storage_usage_bytes: place.storedBytes,
    storage_usage_bytes_updated_at: (place.measuredAt ?? place.createdAt).toISOString(),
  };
}
