import type { ManifestReferences } from "@/domain/gc/manifest-references";
import { prisma } from "@/server/platform/db/prisma";
import { findManifestReferences, insertManifests, type ManifestRow } from "./inventory.store";
import { manifestRow, readImageConfig } from "./manifest-row";

/** What is known of these manifests of a registry; those that are unknown, or were not understood, are left out. */
export async function loadManifestReferences(
  registryId: string,
  digests: readonly string[],
): Promise<Map<string, ManifestReferences>> {
  const rows = await findManifestReferences(registryId, digests);
  return new Map(
    rows.map(({ digest, kind, subjectDigest, references, children }) => [
      digest,
      { references, children, subject: subjectDigest, isUnknownKind: kind === "unknown" },
    ]),
  );
}

/**
 * Keeps manifests that a collection read, so that the next one need not: a manifest never changes. `readConfig` gives an
 * image's config where it is at hand, for what the inventory shows of it. The bodies must have been checked against their digests.
 */
export async function keepManifests(
  registryId: string,
  found: readonly { digest: string; body: Uint8Array }[],
  readConfig: (digest: string) => Promise<Uint8Array | null>,
): Promise<void> {
  const rows: ManifestRow[] = [];
  for (const { digest, body } of found) {
    const row = manifestRow(digest, "", body, null);
    const isImage = row.kind === "image" && row.artifactType === null;
    const config = isImage ? row.references.find((reference) => reference.role === "config") : undefined;
    const configBody = config ? await readConfig(config.digest) : null;
    const { platform, createdAt } = configBody ? readImageConfig(configBody) : { platform: null, createdAt: null };
    rows.push({ ...row, platform, imageCreatedAt: createdAt });
  }
  await prisma().$transaction((tx) => insertManifests(tx, registryId, rows));
}
