import type { RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import { RegistryError } from "@/server/platform/registry/registry-error";
import { countKnownManifests, listWitnesses } from "./snapshot.store";

/** Known manifests of a registry from which on all of them gone at once looks like a storage that is gone. */
const SUSPICIOUS = 3;

/** A registry that answers, and has nothing of what is known of it: nothing is taken for gone because of that. */
export class RegistryLooksEmpty extends Error {
  override readonly name = "RegistryLooksEmpty";
  constructor(what: string) {
    super(`${what}; is its storage mounted? What the inventory knows stays as it is.`);
  }
}

/**
 * Resolves once the registry has shown a manifest that is known of it: it answers `/v2/`, and 404 to everything else, without a
 * storage, too. `own` are digests of the repository in question that are thought to be there still; manifests of others are asked for next.
 * @throws RegistryLooksEmpty where not one is there, though several are known; RegistryError where the registry does not answer
 */
export async function assertHolds(
  adapter: RegistryAdapter,
  registryId: string,
  own: { name: string; digests: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const isThere = async (name: string, digest: string) => {
    try {
      return (await adapter.getManifest(name, digest, signal)) !== null;
    } catch (error) {
      // One that cannot be read proves nothing, and the next may.
      if (error instanceof RegistryError && error.kind === "protocol") return false;
      throw error;
    }
  };
  for (const digest of own.digests.slice(0, 3)) if (await isThere(own.name, digest)) return;
  for (const { name, digest } of await listWitnesses(registryId, own.name)) if (await isThere(name, digest)) return;
  await adapter.ping();
  if ((await countKnownManifests(registryId, SUSPICIOUS)) < SUSPICIOUS) return;
  throw new RegistryLooksEmpty("the registry answers, but has none of the images that were in it");
}
