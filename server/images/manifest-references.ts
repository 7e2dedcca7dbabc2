import type { ManifestReferences } from "@/domain/gc/manifest-references";
import { findManifestReferences } from "./inventory.store";

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
