import { prisma } from "@/server/platform/db/prisma";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import { findKnownDigests, insertManifests, type ManifestRow } from "./inventory.store";
import { readImageConfig } from "./manifest-row";

/** Reads an image's config; null where it cannot be had, which only costs platform and build time. */
export type ReadConfig = (digest: string) => Promise<Uint8Array | null>;

/**
 * Keeps those of these manifests that the registry's inventory does not know, in one transaction, with platform and build time
 * from their configs.
 * @returns the digests that were unknown
 */
export async function keepFoundManifests(
  registryId: string,
  rows: readonly ManifestRow[],
  readConfig: ReadConfig,
  limit: number,
  signal: AbortSignal,
): Promise<Set<string>> {
  const known = await findKnownDigests(
    registryId,
    rows.map((row) => row.digest),
  );
  const fresh = new Map(rows.filter((row) => !known.has(row.digest)).map((row) => [row.digest, row]));
  await forEachLimited(
    [...fresh.values()],
    limit,
    async (row) => {
      const isImage = row.kind === "image" && row.artifactType === null;
      const config = isImage ? row.references.find((reference) => reference.role === "config") : undefined;
      const body = config ? await readConfig(config.digest) : null;
      if (!body) return;
      const { platform, createdAt } = readImageConfig(body);
      fresh.set(row.digest, { ...row, platform, imageCreatedAt: createdAt });
    },
    signal,
  );
  await prisma().$transaction((tx) => insertManifests(tx, registryId, [...fresh.values()]));
  return new Set(fresh.keys());
}
